internal import Gemma4

extension PairError {
    /// What `body` returns, which reads one of a pair's two files. If it is given the other one, the error says so.
    package static func recognizing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch ModelError.wrongArchitecture(let expected, let found) {
            // By bytes, as in `ModelFile`: a stranger wrote what was found.
            if expected == Target.architecture,
                let drafter = Drafter.architectures.first(where: { found.utf8.elementsEqual($0.utf8) })
            {
                throw PairError.isDrafter(found: drafter, expected: expected)
            }
            if expected == Drafter.architecture, found.utf8.elementsEqual(Target.architecture.utf8) {
                throw PairError.isTarget(found: Target.architecture, expected: expected)
            }
            throw ModelError.wrongArchitecture(expected: expected, found: found)
        }
    }
}
