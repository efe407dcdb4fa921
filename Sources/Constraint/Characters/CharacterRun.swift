/// The texts from a state of an automaton on, where they are nothing but characters of one class.
struct CharacterRun {
    /// nil if there is only the empty text.
    var characters: CharacterClass?
    var min: Int
    var max: Int?

    /// The run with one character before it.
    ///
    /// - Parameter isFinal: whether the text may also end before that character.
    func preceded(by before: CharacterClass, isFinal: Bool) -> CharacterRun? {
        guard characters == nil || characters == before, !isFinal || min == 0 else { return nil }
        return CharacterRun(characters: before, min: isFinal ? 0 : min + 1, max: max.map { $0 + 1 })
    }
}
