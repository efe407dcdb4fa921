import Foundation

/// Identifies a value in an answer: the same in all snapshots of the answer, and different from all others.
///
/// A property of this type in a `@Generable` structure is not written by the model. Views can tell the elements of a
/// list apart by it while the list is written.
public struct GenerationID: Sendable, Hashable {
    private let answer: UUID
    /// The places of the parts that it is in: of a member in its object, of an element in its array.
    private var path: [Int32] = []

    /// The identity of a value that is not part of another one.
    public init() { answer = UUID() }

    /// The identity of the member or element at a place.
    func part(_ index: Int) -> GenerationID {
        var part = self
        part.path.append(Int32(truncatingIfNeeded: index))
        return part
    }
}
