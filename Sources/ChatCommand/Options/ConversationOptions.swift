internal import ArgumentParser

/// How a conversation is held and shown, and which tools there are.
package struct ConversationOptions: ParsableArguments {
    @Flag(name: [.customLong("st", withSingleDash: true), .customLong("single-turn")], help: "Answer once, and stop.")
    private var singleTurn = false

    @Flag(
        name: [.customLong("cnv", withSingleDash: true), .customLong("conversation")],
        help: "Hold a conversation: this changes nothing.")
    private var conversation = false

    @Flag(
        name: [.customLong("no-cnv", withSingleDash: true), .customLong("no-conversation")],
        help: ArgumentHelp(visibility: .private))
    private var noConversation = false

    @Option(
        name: [.customLong("tool")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "An executable with tools that the model may call; may be given again. You are asked before it runs.",
            valueName: "file"))
    private var toolPaths: [String] = []

    @Flag(help: "Run tools without asking.")
    private var yes = false

    @Option(help: "How long a tool may run, in seconds.")
    private var toolTimeout = 60

    @Option(help: "The most rounds of calls before the model answers.")
    private var toolRounds = 16

    @Flag(
        help: """
            Let the model write arguments of calls as it likes, for tools whose schemas cannot be obeyed.
            """)
    private var unconstrainedCalls = false

    @Flag(help: "Do not show thoughts, only that there are some.")
    private var hideThinking = false

    @Flag(help: "Write events as JSON, one on a line, and read messages from standard input, one on a line.")
    private var json = false

    @Option(
        name: [.customLong("color"), .customLong("co", withSingleDash: true)],
        help: "Colours: auto, always or never.")
    private var color = ColorChoice.auto

    @Flag(help: "Keep neither what you enter nor the conversation.")
    private var noHistory = false

    package init() {}

    package func validate() throws {
        if noConversation { throw ValidationError("-no-cnv: this holds conversations; see gemma-generate for texts") }
        guard (1...86400).contains(toolTimeout) else {
            throw ValidationError("--tool-timeout is \(toolTimeout); expected 1 to 86400")
        }
        guard (1...1000).contains(toolRounds) else {
            throw ValidationError("--tool-rounds is \(toolRounds); expected 1 to 1000")
        }
    }

    package var settings: ConversationSettings {
        ConversationSettings(
            isSingleTurn: singleTurn, tools: toolPaths, runsToolsUnasked: yes, secondsPerCall: toolTimeout,
            mostToolRounds: toolRounds, constrainsCalls: !unconstrainedCalls, showsThoughts: !hideThinking,
            isJSON: json, colors: json ? .never : color,
            keepsHistory: !noHistory)
    }
}
