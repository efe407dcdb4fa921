import Gemma
import Tokenizer

/// A reply that a test wants the model to write, whatever the model would write itself.
///
/// Each token has a bias that beats all logits, the first token the largest one; and a token that occurs in the text
/// already has a hundredth of it. So they are written one after the other, those that the text has already left out.
struct ScriptedReply {
    let tokens: [TokenID]

    /// - Parameter tokens: each once.
    init(_ tokens: [TokenID]) {
        precondition(Set(tokens).count == tokens.count && tokens.count < 100)
        self.tokens = tokens
    }

    /// A call of a tool without arguments, and after its result one more token.
    init(callOf name: String, then last: String, _ tokenizer: BPETokenizer) throws {
        self.init(
            try tokenizer.encode([
                .control("<|tool_call>"), .text("call:\(name){}"), .control("<tool_call|>"),
                .control("<|tool_response>"), .text(last),
            ]))
    }

    var options: GenerationOptions {
        let biases = zip(tokens, (1...tokens.count).reversed()).map { ($0, Float($1) * 100_000) }
        return GenerationOptions(
            temperature: 0, repeatPenalty: 100, repeatLastN: -1, logitBias: Dictionary(uniqueKeysWithValues: biases),
            maximumResponseTokens: tokens.count)
    }

    /// Shows calls as they were written, and none of the tools, so that only a call's result keeps it from being
    /// written again.
    static let template = """
        {{ bos_token }}{% for message in messages %}
        {%- if message.tool_calls %}{% for call in message.tool_calls -%}
        <|tool_call>call:{{ call.function.name }}{}<tool_call|><|tool_response>
        {%- endfor %}{% else %}<|turn>{{ message.role }}
        {{ message.content }}<turn|>
        {% endif %}{% endfor %}{% if add_generation_prompt %}<|turn>model
        {% endif %}
        """
}
