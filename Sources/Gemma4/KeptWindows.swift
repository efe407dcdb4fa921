internal import Platform
internal import Tensor

/// The positions to which a cache can be rewound although its sliding rings have moved on.
///
/// A position costs nothing while the rings hold its window. When a pass is about to overwrite some of it, the window
/// is copied, for which memory may be lacking: then the position is given up, and generation goes on.
struct KeptWindows {
    private struct Place {
        let position: Int
        /// A copy of each ring's window; nil while the rings hold it.
        var copies: [RingCopy]?
    }

    /// A ring that overwrites, and how many positions a token sees of it.
    struct SlidingRing {
        let cache: AttentionCache
        let window: Int

        /// What a token at `position` sees of the positions before it.
        func visible(at position: Int) -> Range<Int> { max(0, position - window + 1)..<position }
    }

    private let rings: [SlidingRing]
    private let byteLimit: Int
    private let memory: () -> SystemMemory
    private var places: [Place] = []  // from the one kept first to the one kept last

    /// A chat keeps a position in each turn: so many turns can be taken back without reading anything again.
    static let mostPlaces = 4

    /// - Parameters:
    ///   - byteLimit: what all copies together may have.
    ///   - memory: what the system has at the time it is called. Since the OS overcommits, asking is the only way of
    ///     being refused.
    init(_ rings: [SlidingRing], byteLimit: Int, memory: @escaping () -> SystemMemory) {
        self.rings = rings
        self.byteLimit = byteLimit
        self.memory = memory
    }

    func contains(_ position: Int) -> Bool { places.contains { $0.position == position } }

    /// Bytes of all copies.
    var byteCount: Int { places.reduce(0) { $0 + ($1.copies ?? []).reduce(0) { $0 + $1.byteCount } } }

    /// Keeps `position` from now on, in place of the one kept first if there are too many.
    mutating func keep(_ position: Int) {
        if let known = places.firstIndex(where: { $0.position == position }) {
            places.append(places.remove(at: known))
        } else {
            if places.count == Self.mostPlaces { places.removeFirst() }
            places.append(Place(position: position))
        }
    }

    /// Copies the windows of the positions before `firstHeld`, which the rings are about to lose.
    mutating func save(before firstHeld: Int) {
        while let place = places.first(where: { $0.copies == nil && $0.position < firstHeld }) {
            let copies = copies(of: place.position)
            // Making room may have removed others.
            guard let index = places.firstIndex(where: { $0.position == place.position }) else { return }
            if let copies { places[index].copies = copies } else { places.remove(at: index) }
        }
    }

    /// Nil where there is no memory for them.
    private mutating func copies(of position: Int) -> [RingCopy]? {
        let bytes = rings.reduce(0) { $0 + $1.cache.byteCount(ofCopying: $1.visible(at: position)) }
        // The newest copy is the one that the next turn needs: older ones make room for it.
        while byteCount + bytes > byteLimit || bytes > memory().available / 10 * 9 {
            guard let oldest = places.firstIndex(where: { $0.copies != nil }) else { return nil }
            places.remove(at: oldest)
        }
        return try? rings.map { try $0.cache.copy($0.visible(at: position)) }
    }

    /// Gives the rings back the window of the last position up to `count` of which there is a copy; returns the
    /// position, or nil if there is none.
    func restore(upTo count: Int) -> Int? {
        let saved = places.filter { $0.position <= count && $0.copies != nil }
        guard let place = saved.max(by: { $0.position < $1.position }), let copies = place.copies else { return nil }
        for (ring, copy) in zip(rings, copies) { ring.cache.restore(copy) }
        return place.position
    }

    mutating func forget(after count: Int) { places.removeAll { $0.position > count } }
}
