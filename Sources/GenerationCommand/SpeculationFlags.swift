package import ArgumentParser
package import Gemma

/// How drafts are made.
package struct SpeculationFlags: ParsableArguments {
    package enum Kind: String, ExpressibleByArgument, CaseIterable {
        case none
        case draftMTP = "draft-mtp"
    }

    @Option(
        name: .customLong("spec-type"),
        help: "Speculative decoding: none, or draft-mtp (the default with a drafter).")
    package var type: Kind?

    @Option(
        name: .customLong("spec-draft-n-max"), parsing: .unconditional,
        help: ArgumentHelp(
            """
            The most drafts per round, or auto for as many as make generation fastest, none if drafting costs more \
            than it saves. The text is the same for all of them.
            """,
            valueName: "n|auto"))
    package var draftLength = DraftLength.automatic

    @Option(
        name: .customLong("spec-draft-p-min"), parsing: .unconditional,
        help: "End a draft when its best token is less probable than this.")
    package var minimumProbability: Float = 0

    package init() {}

    package var isOff: Bool { type == Kind.none }

    package var options: SpeculationOptions {
        SpeculationOptions(draftLength: draftLength, minimumProbability: minimumProbability)
    }

    /// - Throws: `ValidationError` if drafts are wanted and there is no drafter.
    package func check(hasDrafter: Bool) throws {
        if type == .draftMTP, !hasDrafter { throw ValidationError("--spec-type draft-mtp needs a drafter (-md)") }
    }
}
