internal import Gemma4

extension PairError {
    /// What `body` returns, which reads one of a pair's two files. If it is given the other one, the error says so.
    package static func recognizing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch ModelError.wrongArchitecture(let expected, let found) {
            // By bytes, as in `Config`: a stranger wrote what was found.
            func isMistaken(_ wanted: String, _ other: String) -> Bool {
                expected == wanted && found.utf8.elementsEqual(other.utf8)
            }
            if isMistaken(Target.architecture, Drafter.architecture) {
                throw PairError.isDrafter(found: Drafter.architecture, expected: expected)
            }
            if isMistaken(Drafter.architecture, Target.architecture) {
                throw PairError.isTarget(found: Target.architecture, expected: expected)
            }
            throw ModelError.wrongArchitecture(expected: expected, found: found)
        }
    }
}
