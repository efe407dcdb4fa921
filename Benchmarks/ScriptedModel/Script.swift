import Foundation

/// What a scripted model writes, and when.
///
///     let script: Script = [
///         .init(after: "<channel|>", write: "It is late.<turn|>"),
///         .init(after: "", write: "<turn|>"),
///     ]
///
/// Of the rules whose `after` ends the text, the longest one is followed. What it writes is written to its end, unless
/// a longer `after` comes up on the way.
package struct Script: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// Both texts are markup: special tokens are matched.
    package struct Rule: Sendable, Hashable {
        /// At most ``contextLength`` tokens. It should begin and end at borders of tokens.
        package var after: String
        package var write: String

        package init(after: String, write: String) { (self.after, self.write) = (after, write) }
    }

    /// How many tokens at the end of the text decide what is written.
    package static let contextLength = 12

    package var rules: [Rule]

    package init(_ rules: [Rule]) { self.rules = rules }

    package init(arrayLiteral rules: Rule...) { self.rules = rules }
}

extension Script {
    /// A reply of Gemma's to each user's message, and another one to the results of the calls in it. If it thinks, it
    /// thinks before either; what it thinks must differ in its end. For the template of the bundled model.
    package static func replying(
        _ reply: String, thinking thought: String = "I look.", toResults answer: String,
        thinking answerThought: String = "I know."
    ) -> Script {
        // The template puts text that precedes calls behind their results, and begins another turn then.
        let text = reply.components(separatedBy: "<|tool_call>")[0]
        let results =
            text == reply || text.isEmpty ? "<tool_response|>" : text + "<turn|>\n<|turn>model\n"
        let (reply, answer) = (ended(reply), ended(answer))
        let emptyThought = "<|channel>thought\n<channel|>"
        return [
            .init(after: "", write: "<turn|>"),
            .init(after: "<|turn>model\n", write: "<|channel>thought\n" + thought + "<channel|>" + reply),
            .init(after: "<|turn>model\n" + emptyThought, write: reply),
            .init(after: results, write: "<|channel>thought\n" + answerThought + "<channel|>" + answer),
            .init(after: results + emptyThought, write: answer),
        ]
    }

    /// After calls, the model itself begins the result, which ends the generation.
    private static func ended(_ reply: String) -> String {
        reply + (reply.hasSuffix("<tool_call|>") ? "<|tool_response>" : "<turn|>")
    }

    /// A call in Gemma's syntax, with arguments as they stand between the braces.
    package static func call(_ name: String, _ arguments: String = "") -> String {
        "<|tool_call>call:\(name){\(arguments)}<tool_call|>"
    }
}

/// Why a script cannot be followed.
package enum ScriptError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A rule's `after` has more tokens than a model looks back.
    case contextTooLong(after: String, tokens: Int, limit: Int)
    /// Two rules write different tokens where the same ones precede, as far as a model looks back.
    case ambiguous(context: String)
    /// All rules together use more tokens than there are codes for.
    case tooManyTokens(count: Int, limit: Int)

    package var description: String {
        switch self {
        case .contextTooLong(let after, let tokens, let limit):
            "\(after.debugDescription) has \(tokens) tokens; a scripted model looks back at most \(limit)"
        case .ambiguous(let context):
            "the script writes different tokens after the same text: \(context.debugDescription)"
        case .tooManyTokens(let count, let limit):
            "the script has \(count) different tokens; expected at most \(limit)"
        }
    }
}
