/// What is wrong with a template, or with what it was given, and where.
public struct TemplateError: Error, Equatable, Sendable {
    /// What can be wrong.
    public enum Reason: Equatable, Sendable {
        // While the template is read.
        case sourceTooLong(byteCount: Int, limit: Int)
        case notUTF8
        /// What is not Jinja, in words.
        case syntax(String)
        case unknownTag(String)
        /// A tag that needs other templates, such as `include`.
        case unsupportedTag(String)
        case nestedTooDeeply(limit: Int)

        // While it is rendered.
        case unknownFilter(String)
        case unknownTest(String)
        /// An undefined value was used for more than being printed or tested.
        case undefined(String)
        /// An operation that the types of its operands do not have, in words.
        case type(String)
        /// A value that an operation cannot take, in words.
        case value(String)
        /// The template called `raise_exception`, mostly because of the messages it was given.
        case raised(String)
        case integerOverflow
        case divisionByZero

        // Limits.
        case tooManySteps(limit: Int)
        /// Bytes that were allocated since rendering began, freed or not.
        case tooMuchMemory(limit: Int)
        case outputTooLong(limit: Int)
        case textTooLong(limit: Int)
        case tooManyElements(limit: Int)
        case rangeTooLong(limit: Int)
        case callsTooDeep(limit: Int)
        /// Expressions and blocks of several macros together lie too deep within one another.
        case stackExhausted
        case cancelled
    }

    /// What is wrong.
    public let reason: Reason
    /// Both from 1.
    public let line: Int
    public let column: Int
}

extension TemplateError: CustomStringConvertible {
    public var description: String { "chat template, line \(line), column \(column): \(reason)" }
}

extension TemplateError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sourceTooLong(let count, let limit):
            "the template has \(count) bytes; at most \(limit) are supported"
        case .notUTF8: "the template is not UTF-8"
        case .syntax(let message): message
        case .unknownTag(let name): "unknown tag \(name.debugDescription)"
        case .unsupportedTag(let name): "\(name) needs other templates, and a chat template stands alone"
        case .nestedTooDeeply(let limit): "nested too deeply; at most \(limit) levels are supported"
        case .unknownFilter(let name): "unknown filter \(name.debugDescription)"
        case .unknownTest(let name): "unknown test \(name.debugDescription)"
        case .undefined(let message), .type(let message), .value(let message): message
        case .raised(let message): message
        case .integerOverflow: "an integer leaves the range of 64 bits"
        case .divisionByZero: "division by zero"
        case .tooManySteps(let limit): "rendering takes more than \(limit) steps"
        case .tooMuchMemory(let limit): "rendering allocates more than \(limit) bytes"
        case .outputTooLong(let limit): "the output has more than \(limit) bytes"
        case .textTooLong(let limit): "a string would have more than \(limit) bytes"
        case .tooManyElements(let limit): "a list would have more than \(limit) elements"
        case .rangeTooLong(let limit): "a range would have more than \(limit) values"
        case .callsTooDeep(let limit): "macros and loops call one another more than \(limit) times"
        case .stackExhausted: "macros, blocks and expressions lie too deep within one another"
        case .cancelled: "rendering was cancelled"
        }
    }
}
