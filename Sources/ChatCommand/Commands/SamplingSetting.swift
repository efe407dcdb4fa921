package import Gemma

/// Something that `/set` changes, by llama.cpp's name.
package struct SamplingSetting: Sendable {
    /// llama.cpp's option without its hyphens.
    package let name: String
    let otherNames: [String]
    /// The value as it is written; nil for the model's own, or the usual one.
    package let value: @Sendable (GenerationOptions) -> String?
    /// Nil for the model's own value.
    private let change: @Sendable (inout GenerationOptions, String?) throws(SettingError) -> Void

    init(
        _ name: String, _ otherNames: String..., value: @escaping @Sendable (GenerationOptions) -> String?,
        change: @escaping @Sendable (inout GenerationOptions, String?) throws(SettingError) -> Void
    ) {
        (self.name, self.otherNames, self.value, self.change) = (name, otherNames, value, change)
    }

    /// - Parameter text: the new value; `default` for the model's own.
    /// - Throws: `SettingError`, or what the options say of a value that is out of range. Then nothing is changed.
    package func set(_ text: String, in options: inout GenerationOptions) throws {
        var changed = options
        try change(&changed, text == "default" ? nil : text)
        try changed.validate()
        _ = try changed.sampling(SamplingOptions())
        options = changed
    }
}

package enum SettingError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknown(name: String)
    case invalid(name: String, value: String, expected: String)
    /// A file that is not what it should be.
    case unusable(reason: String)

    package var description: String {
        switch self {
        case .unknown(let name): "there is nothing to set by the name of \(name); /set lists what there is"
        case .invalid(let name, let value, let expected): "\(name) is \"\(value)\"; expected \(expected)"
        case .unusable(let reason): reason
        }
    }
}

// MARK: - The kinds of settings

extension SamplingSetting {
    typealias Path<Value> = WritableKeyPath<GenerationOptions, Value> & Sendable

    static func number<Value: LosslessStringConvertible & Sendable>(
        _ name: String, _ otherName: String? = nil, _ path: Path<Value?>, _ expected: String = "a number",
        adjusted: @escaping @Sendable (Value) -> Value? = { $0 }
    ) -> SamplingSetting {
        SamplingSetting(name, otherName ?? name, value: { $0[keyPath: path]?.description }) {
            options, text throws(SettingError) in
            let value: Value? = try parse(text, name, expected)
            options[keyPath: path] = value.flatMap(adjusted)
        }
    }

    /// A member of a group of options. Other members of a group that is not set take their defaults.
    static func member<Group: Sendable, Value: LosslessStringConvertible & Sendable>(
        _ name: String, of group: Path<Group?>, _ initial: Group, _ path: WritableKeyPath<Group, Value> & Sendable
    ) -> SamplingSetting {
        SamplingSetting(name, value: { $0[keyPath: group]?[keyPath: path].description }) {
            options, text throws(SettingError) in
            var changed = options[keyPath: group] ?? initial
            changed[keyPath: path] = try parse(text, name, "a number") ?? initial[keyPath: path]
            options[keyPath: group] = changed
        }
    }

    static func parse<Value: LosslessStringConvertible>(
        _ text: String?, _ name: String, _ expected: String
    ) throws(SettingError) -> Value? {
        guard let text else { return nil }
        guard let value = Value(text) else { throw .invalid(name: name, value: text, expected: expected) }
        return value
    }
}
