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
