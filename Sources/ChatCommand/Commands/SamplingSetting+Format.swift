internal import ArgumentParser
internal import Gemma
internal import GenerationCommand
internal import JSON

extension SamplingSetting {
    /// What answers must be.
    static let format = SamplingSetting("format", value: { $0.constraint?.shortDescription }) {
        options, text throws(SettingError) in
        switch text {
        case nil, "off": options.constraint = nil
        case "json": options.constraint = .jsonSchema(.anyObject)
        case let path?:
            do {
                let file = try ConstraintFile(path.expandingTilde, for: path)
                options.constraint = .jsonSchema(try .schema(file.text, from: path))
            } catch let error as ValidationError {
                throw .unusable(reason: error.message)
            } catch {
                throw .unusable(reason: "\(error)")
            }
        }
    }
}

extension TextConstraint {
    /// As `/set` shows it.
    fileprivate var shortDescription: String {
        switch self {
        case .jsonSchema(.anyObject): "json"
        case .jsonSchema: "a JSON schema"
        case .grammar: "a grammar"
        case .regularExpression: "a regular expression"
        case .choices: "choices"
        }
    }
}
