/// A macro, with the variables that it sees.
final class Macro {
    let definition: MacroDefinition
    let activation: Activation

    init(_ definition: MacroDefinition, _ activation: Activation) {
        (self.definition, self.activation) = (definition, activation)
    }
}

/// A method of a value, by name: `text.split`.
final class BoundMethod {
    let receiver: Value
    let name: Text

    init(_ receiver: Value, _ name: Text) { (self.receiver, self.name) = (receiver, name) }
}
