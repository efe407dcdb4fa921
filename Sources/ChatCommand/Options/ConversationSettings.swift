/// How a conversation is held and shown, and which tools there are.
package struct ConversationSettings: Sendable {
    /// Whether it ends after one answer.
    package var isSingleTurn = false
    /// Paths of executables.
    package var tools: [String] = []
    package var runsToolsUnasked = false
    package var secondsPerCall = 60
    package var mostToolRounds = 16
    /// Whether the arguments of calls obey the tools' schemas.
    package var constrainsCalls = true
    package var showsThoughts = true
    /// Whether it is held with a program.
    package var isJSON = false
    package var colors = ColorChoice.auto
    /// Whether what is entered and answered is kept in files.
    package var keepsHistory = true

    package init(isSingleTurn: Bool = false) { self.isSingleTurn = isSingleTurn }

    init(
        isSingleTurn: Bool, tools: [String], runsToolsUnasked: Bool, secondsPerCall: Int, mostToolRounds: Int,
        constrainsCalls: Bool, showsThoughts: Bool, isJSON: Bool, colors: ColorChoice, keepsHistory: Bool
    ) {
        self.isSingleTurn = isSingleTurn
        self.tools = tools
        self.runsToolsUnasked = runsToolsUnasked
        self.secondsPerCall = secondsPerCall
        self.mostToolRounds = mostToolRounds
        self.constrainsCalls = constrainsCalls
        self.showsThoughts = showsThoughts
        self.isJSON = isJSON
        self.colors = colors
        self.keepsHistory = keepsHistory
    }
}
