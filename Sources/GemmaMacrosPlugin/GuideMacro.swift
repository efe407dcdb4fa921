import SwiftSyntax
import SwiftSyntaxMacros

/// `@Guide`. It says something to `@Generable`, and makes nothing.
public struct GuideMacro: PeerMacro {
    public static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        let structure = context.lexicalContext.first?.as(StructDeclSyntax.self)
        guard let variable = declaration.as(VariableDeclSyntax.self), variable.isStored,
            let structure,
            structure.attributes.contains(where: { $0.as(AttributeSyntax.self)?.isNamed("Generable") == true })
        else { throw Complaint.guideElsewhere.at(node) }
        return []
    }
}
