// Goes on to the broker by itself, so that the tap in the message is the only one. Once: whoever comes back with the back button
// finds the page at rest.
const form = document.querySelector('form[data-go-on]');
if (form && !history.state?.wentOn) {
  history.replaceState({ wentOn: true }, '');
  form.submit();
}
