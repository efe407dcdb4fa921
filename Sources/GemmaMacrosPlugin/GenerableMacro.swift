import SwiftSyntax
import SwiftSyntaxMacros

/// `@Generable`.
public struct GenerableMacro: ExtensionMacro {
    public static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        let description = node.argument("description")
        let members: [DeclSyntax]
        if let structure = declaration.as(StructDeclSyntax.self) {
            members = try GenerableStructure(structure, description).members
        } else if let enumeration = declaration.as(EnumDeclSyntax.self) {
            members = try GenerableEnumeration(enumeration, description).members
        } else {
            throw Complaint.notAStructure.at(node)
        }
        // A type that says itself that it conforms only lacks the members.
        let conformance = protocols.isEmpty ? "" : ": Gemma.Generable"
        let body = members.map(\.description).joined(separator: "\n\n")
        let source: DeclSyntax = """
            extension \(type.trimmed)\(raw: conformance) {
            \(raw: body)
            }
            """
        return source.as(ExtensionDeclSyntax.self).map { [$0] } ?? []
    }
}

extension AttributeSyntax {
    /// The argument with this label.
    func argument(_ label: String) -> ExprSyntax? {
        arguments?.as(LabeledExprListSyntax.self)?.first { $0.label?.text == label }?.expression.trimmed
    }

    /// Whether it is the attribute of this name, with or without a module before it.
    func isNamed(_ name: String) -> Bool {
        let written = attributeName.trimmedDescription
        return written == name || written.hasSuffix("." + name)
    }
}

extension DeclGroupSyntax {
    /// What the members that implement a protocol begin with: they must be as visible as the type.
    var access: String {
        let names = modifiers.map(\.name.text)
        return names.contains("public") ? "public " : names.contains("package") ? "package " : ""
    }
}
