internal import ArgumentParser
internal import CommandSupport
internal import Foundation
package import Gemma
package import GenerationCommand
package import JSON

/// The chat template, what it is told, and the system prompt: llama.cpp's flags.
package struct TemplateOptions: ParsableArguments {
    @Option(
        name: [.customLong("sys", withSingleDash: true), .customLong("system-prompt")], parsing: .unconditional,
        help: "The system prompt.")
    private var systemPrompt: String?

    @Option(
        name: [.customLong("sysf", withSingleDash: true), .customLong("system-prompt-file")], parsing: .unconditional,
        help: "A file with the system prompt.")
    private var systemPromptFile: String?

    @Option(
        name: .customLong("chat-template"), parsing: .unconditional,
        help: ArgumentHelp(
            "A chat template in Jinja, or a file with one, instead of the model's own.", valueName: "template"))
    private var chatTemplate: String?

    @Option(
        name: .customLong("chat-template-file"), parsing: .unconditional, help: "A file with a chat template in Jinja.")
    private var chatTemplateFile: String?

    @Option(
        name: .customLong("chat-template-kwargs"), parsing: .unconditional,
        help: ArgumentHelp("More variables for the template, as a JSON object.", valueName: "json"))
    private var templateVariables: String?

    @Flag(name: .customLong("jinja"), help: "Templates are always Jinja: this changes nothing.")
    private var isJinja = false

    @Option(
        name: [
            .customLong("rea", withSingleDash: true), .customLong("reasoning"), .customLong("think"),
        ],
        help: "Whether the model thinks before it answers: on, off, or auto for what the template does by itself.")
    private var reasoning = Reasoning.auto

    @Option(
        name: .customLong("reasoning-budget"), parsing: .unconditional,
        help: "0 for no thinking, -1 for as much as the model wants.")
    private var reasoningBudget: Int?

    private enum Reasoning: String, ExpressibleByArgument, CaseIterable {
        case on, off, auto
    }

    package init() {}

    package func validate() throws {
        if systemPrompt != nil, systemPromptFile != nil {
            throw ValidationError("-sys and -sysf both give a system prompt; leave one out")
        }
        if chatTemplate != nil, chatTemplateFile != nil {
            throw ValidationError("--chat-template and --chat-template-file both give a template; leave one out")
        }
        _ = try variables()
        switch reasoningBudget {
        case nil, -1: break
        case 0:
            guard reasoning != .on else { throw ValidationError("--reasoning-budget 0 and --reasoning on contradict") }
        case let budget?:
            throw ValidationError("--reasoning-budget is \(budget); expected 0 for no thinking, or -1 for any amount")
        }
    }

    /// The system prompt; nil if there is none.
    /// - Throws: `ValidationError` if its file cannot be read.
    package func system() throws -> String? {
        try systemPrompt ?? systemPromptFile.map { String(decoding: try readText($0), as: UTF8.self) }
    }

    /// The template to use instead of the model's own; nil for the model's.
    /// - Throws: `ValidationError` if its file cannot be read.
    package func template() throws -> String? {
        if let chatTemplateFile { return String(decoding: try readText(chatTemplateFile), as: UTF8.self) }
        guard let chatTemplate else { return nil }
        if chatTemplate.contains("{%") || chatTemplate.contains("{{") { return chatTemplate }
        guard FileManager.default.fileExists(atPath: chatTemplate) else {
            throw ValidationError(
                "--chat-template is neither a template nor a file; names of llama.cpp's own templates are not known")
        }
        return String(decoding: try readText(chatTemplate), as: UTF8.self)
    }

    /// More variables for the template.
    /// - Throws: `ValidationError` if they are not a JSON object.
    package func variables() throws -> JSONObject {
        guard let templateVariables else { return [:] }
        let value: JSONValue
        do {
            value = try JSONValue(json: templateVariables)
        } catch {
            throw ValidationError("--chat-template-kwargs: \(error)")
        }
        guard let object = value.objectValue else {
            throw ValidationError("--chat-template-kwargs is not a JSON object")
        }
        return object
    }

    /// How a conversation with `model` is held.
    /// - Throws: what `template()` and `variables()` throw.
    package func configuration(
        _ source: ModelOptions, of model: GemmaModel
    ) throws -> LanguageModelSession.Configuration {
        let cache = source.cache.types()
        return .init(
            contextLength: source.contextLength(of: model), keyCacheType: cache.key, valueCacheType: cache.value,
            chatTemplate: try template(), templateVariables: try variables())
    }

    /// Whether anything is said that only a conversation has.
    package var isUsed: Bool {
        systemPrompt != nil || systemPromptFile != nil || chatTemplate != nil || chatTemplateFile != nil
            || templateVariables != nil || reasoning != .auto || reasoningBudget != nil
    }

    /// Whether the model thinks; nil for what the template does by itself.
    package var thinking: Bool? {
        if reasoningBudget == 0 { return false }
        return switch reasoning {
        case .on: true
        case .off: false
        case .auto: nil
        }
    }
}
