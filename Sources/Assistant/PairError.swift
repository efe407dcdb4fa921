/// Why two files are not a pair, or a drafter does not fit a target.
public enum PairError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file that should be the target is a drafter.
    case isDrafter(found: String, expected: String)
    /// The file that should be the drafter is a target.
    case isTarget(found: String, expected: String)
    /// A number that must be equal in both.
    case mismatch(what: String, drafter: Int, target: Int)
    /// The layer-share callback names no layer that owns a cache of the drafter layer's kind.
    case noSharedLayer(drafterLayer: Int, kind: String)
    case invalidOrdering(String)
    /// A drafter in the format of a pull request of llama.cpp that was closed. `name` is a tensor or a
    /// key that only it has.
    case abandonedFormat(name: String)

    public var description: String {
        switch self {
        case .isDrafter(let found, let expected): "this is a drafter (\(found)), not a target (\(expected))"
        case .isTarget(let found, let expected): "this is a target (\(found)), not a drafter (\(expected))"
        case .mismatch(let what, let drafter, let target):
            "the drafter does not fit the target: \(what) is \(drafter) in the drafter and \(target) in the target; "
                + "use the drafter that was made for this model"
        case .noSharedLayer(let layer, let kind):
            "the drafter does not fit the target: its layer \(layer) needs the cache of a \(kind) layer, and the "
                + "target owns none"
        case .invalidOrdering(let reason): "the drafter's ordered head: \(reason)"
        case .abandonedFormat(let name):
            "a drafter in the format of a pull request of llama.cpp that was closed (it has \(name)), which is "
                + "not read; convert the drafter again with llama.cpp"
        }
    }
}
