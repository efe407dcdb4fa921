import SwiftSyntax

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
