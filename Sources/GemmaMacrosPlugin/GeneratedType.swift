import SwiftSyntax

/// The type of something that a model writes.
struct GeneratedType {
    /// Without the question mark.
    let wrapped: String
    let isOptional: Bool

    /// As it is written.
    var name: String { isOptional ? wrapped + "?" : wrapped }
    /// The type of a value that may not be known yet.
    var partial: String { wrapped + ".PartiallyGenerated?" }
    /// Whether it is not written by the model, but identifies a value.
    var isIdentity: Bool { !isOptional && (wrapped == "GenerationID" || wrapped == "Gemma.GenerationID") }

    /// - Throws: a complaint about types that no model can write.
    init(_ type: TypeSyntax) throws {
        let inner = GeneratedType.wrapped(in: type)
        (wrapped, isOptional) = ((inner ?? type).trimmedDescription, inner != nil)
        try GeneratedType.check(inner ?? type)
    }

    /// What an optional type is one of; nil for other types.
    private static func wrapped(in type: TypeSyntax) -> TypeSyntax? {
        if let optional = type.as(OptionalTypeSyntax.self) { return optional.wrappedType }
        if let optional = type.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) { return optional.wrappedType }
        guard let name = type.as(IdentifierTypeSyntax.self), name.name.text == "Optional",
            let argument = name.genericArgumentClause?.arguments.first
        else { return nil }
        return TypeSyntax("\(argument.argument)")
    }

    private static func check(_ type: TypeSyntax) throws {
        let kind: String? =
            switch type.as(TypeSyntaxEnum.self) {
            case .dictionaryType: "a dictionary"
            case .tupleType: "a tuple"
            case .functionType: "a function"
            case .someOrAnyType: "a value of some or any type"
            case .identifierType(let name):
                ["Dictionary": "a dictionary", "Set": "a set", "Any": "a value of any type"][name.name.text]
            default: nil
            }
        if let array = type.as(ArrayTypeSyntax.self) { try check(array.element) }
        if let optional = type.as(OptionalTypeSyntax.self) { try check(optional.wrappedType) }
        if let kind { throw Complaint.unsupportedType(kind).at(type) }
    }
}
