package import Chat
package import ChatTemplate
package import Tokenizer

/// How a model talks: its chat template, and the tokens that give a conversation its structure.
///
/// Made once for a model, and used from any number of threads.
package struct ChatFormat: Sendable {
    /// The template's source.
    package var source: String { template.source }
    package let tokenizer: BPETokenizer
    /// What the special tokens mean in a reply.
    package let markers: ReplyMarkers

    private let template: ChatTemplate
    /// The names by which templates know special tokens, and their texts.
    private let namedTokens: [String: String]

    /// - Parameter source: the model file's `tokenizer.chat_template`, or another in its place; nil if there is none.
    /// - Throws: `ChatFormatError.noTemplate`, or `ChatFormatError.template` if it is not Jinja.
    package init(template source: String?, tokenizer: BPETokenizer) throws(ChatFormatError) {
        guard let source else { throw .noTemplate }
        do throws(TemplateError) {
            template = try ChatTemplate(source)
        } catch {
            throw .template(error)
        }
        self.tokenizer = tokenizer
        markers = ReplyMarkers(tokenizer)
        namedTokens = tokenizer.namedTokens
    }

    /// The tokens of a conversation, for the model to continue.
    ///
    /// Nothing in the messages, the tools or the variables becomes a special token.
    /// - Parameter clock: the local time, for templates that print the date.
    /// - Throws: `ChatFormatError.prompt` for messages that no template can show, and `ChatFormatError.template` where
    ///   this template refuses them or rendering reaches a limit.
    package func prompt(
        for prompt: ChatPrompt, clock: () -> LocalTime = LocalTime.now
    ) throws(ChatFormatError) -> FormattedPrompt {
        let context: TemplateContext
        do throws(PromptError) {
            context = TemplateContext(try prompt.templateVariables(for: source), specialTokens: namedTokens)
        } catch {
            throw .prompt(error)
        }
        let rendered: RenderedText
        do throws(TemplateError) {
            rendered = try template.render(context, clock: clock)
        } catch {
            throw .template(error)
        }
        return FormattedPrompt(
            text(of: rendered, prompt), ordinary: rendered.contextRanges, tokenizer, markers)
    }

    /// The text, with the beginning of the model's turn where the template forgot it.
    private func text(of rendered: RenderedText, _ prompt: ChatPrompt) -> String {
        guard prompt.addsGenerationPrompt,
            let missing = GenerationPrompt.missing(in: rendered.text, ordinary: rendered.contextRanges)
        else { return rendered.text }
        let text = rendered.text.utf8
        let place = text.index(text.startIndex, offsetBy: missing.offset)
        return rendered.text[..<place] + missing.text + rendered.text[place...]
    }
}

extension BPETokenizer {
    /// The special tokens that templates print, by the names that Hugging Face's transformers gives them.
    fileprivate var namedTokens: [String: String] {
        let usual = ["pad_token": "<pad>", "mask_token": "<mask>"]
        var names: [String: TokenID] = usual.compactMapValues(vocabulary.id(of:)).filter { isSpecial($0.value) }
        names["bos_token"] = bos
        names["eos_token"] = eos
        names["unk_token"] = vocabulary.unknown
        return names.compactMapValues(vocabulary.text(of:))
    }
}
