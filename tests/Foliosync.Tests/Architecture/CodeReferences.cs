using System.Reflection;
using System.Reflection.Emit;

namespace Foliosync.Tests.Architecture;

/// <summary>Everything that the code of some types mentions: in signatures, fields, attributes and method bodies.</summary>
internal sealed class CodeReferences
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(o => o.Value);

    private readonly HashSet<Type> _types = [];
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);

    private CodeReferences()
    {
    }

    /// <summary>Types mentioned, without generic arguments, arrays and references around them.</summary>
    public IReadOnlyCollection<Type> Types => _types;

    /// <summary>Members called or read, as <c>Namespace.Type.Member</c>.</summary>
    public IReadOnlyCollection<string> Members => _members;

    /// <summary>Reads <paramref name="types"/>; what the compiler nested in them (lambdas, async methods) must be among them.</summary>
    public static CodeReferences Of(IEnumerable<Type> types)
    {
        var references = new CodeReferences();
        foreach (var type in types)
        {
            references.Read(type);
        }

        return references;
    }

    private void Read(Type type)
    {
        Add(type.BaseType);
        Array.ForEach(type.GetInterfaces(), Add);
        foreach (var attribute in type.GetCustomAttributesData())
        {
            Add(attribute.AttributeType);
        }

        foreach (var field in type.GetFields(Everything))
        {
            Add(field.FieldType);
        }

        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            AddSignature(method);
            if (method.GetMethodBody() is { } body)
            {
                ReadBody(method, body);
            }
        }
    }

    private void ReadBody(MethodBase method, MethodBody body)
    {
        foreach (var local in body.LocalVariables)
        {
            Add(local.LocalType);
        }

        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (var token in MemberTokens(body.GetILAsByteArray()!))
        {
            AddMember(method.Module.ResolveMember(token, typeArguments, methodArguments));
        }
    }

    /// <summary>The operands of all instructions that name a type, a method or a field.</summary>
    private static IEnumerable<int> MemberTokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            // Two-byte instructions begin with 0xFE.
            var opCode = code[at] == 0xFE
                ? OpCodesByValue[unchecked((short)(0xFE00 | code[at + 1]))]
                : OpCodesByValue[code[at]];
            at += opCode.Size;

            switch (opCode.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(code, at));
                    break;
                case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                    yield return BitConverter.ToInt32(code, at);
                    at += 4;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private void AddMember(MemberInfo? member)
    {
        switch (member)
        {
            case Type type:
                Add(type);
                return;
            case FieldInfo field:
                Add(field.FieldType);
                break;
            case MethodBase method:
                AddSignature(method);
                break;
        }

        Add(member?.DeclaringType);
        _members.Add($"{member?.DeclaringType?.FullName}.{member?.Name}");
    }

    private void AddSignature(MethodBase method)
    {
        Array.ForEach(method.GetParameters(), p => Add(p.ParameterType));
        Add((method as MethodInfo)?.ReturnType);
        if (method.IsGenericMethod)
        {
            Array.ForEach(method.GetGenericArguments(), Add);
        }
    }

    private void Add(Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(type.GetElementType());
            return;
        }

        if (!type.IsGenericType)
        {
            _types.Add(type);
            return;
        }

        if (_types.Add(type.GetGenericTypeDefinition()) || type.IsConstructedGenericType)
        {
            Array.ForEach(type.GetGenericArguments(), Add);
        }
    }
}
