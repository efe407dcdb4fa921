import SwiftSyntax

extension VariableDeclSyntax {
    /// Whether values of the type store it.
    var isStored: Bool {
        let modifiers = Set(modifiers.map(\.name.text))
        return modifiers.isDisjoint(with: ["static", "class", "lazy"])
            && bindings.allSatisfy { binding in
                switch binding.accessorBlock?.accessors {
                case nil: true
                case .getter: false
                case .accessors(let accessors):
                    accessors.allSatisfy { ["willSet", "didSet"].contains($0.accessorSpecifier.text) }
                }
            }
    }
}
