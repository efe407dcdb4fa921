/// The variables of a function that runs: of the template, a macro or a recursive loop.
final class Activation {
    var slots: [Value]
    /// Where the function was defined.
    let parent: Activation?
    /// Whether a macro keeps it, so that the renderer must empty it in the end.
    var isKept = false

    init(slotCount: Int, parent: Activation?) {
        slots = Array(repeating: .undefined(Undefined(.variable)), count: slotCount)
        self.parent = parent
    }
}
