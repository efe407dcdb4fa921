/// Sets of stacks, each with a number; equal sets have equal numbers.
///
/// A set is kept as the frames that its stacks may have on top, each with the set of what is below it. An ambiguous
/// text has as many stacks as it can be read in ways; a set of them stays small, since they share what is below.
struct StackTable: Sendable {
    private var tops = ItemListTable()
    private var stacks: [Stack] = []
    private var unions: [Pair: Int32] = [:]

    private struct Stack: Sendable {
        let depth: Int32
        /// Whether the text may end where all frames of one of the stacks may be left.
        let mayEnd: Bool
        /// The fewest bytes and tokens that complete the text where all of the stack is still to come.
        let length: Int32
    }

    private struct Pair: Hashable {
        let low: Int32
        let high: Int32
    }

    /// The set that holds the empty stack.
    static let bottom: Int32 = 0
    /// Deeper stacks are not made: what needs them does not fit. JSON readers give up at about this depth, too.
    static let deepest = 1000

    init() {
        _ = intern([Item(.bottom, 0)], mayEnd: true, length: 0)
    }

    var count: Int { stacks.count }

    /// The frames on top of a set of stacks, in order.
    func top(of stack: Int32) -> ArraySlice<Item> { tops[stack] }

    func mayEnd(_ stack: Int32) -> Bool { stacks[Int(stack)].mayEnd }

    /// The fewest bytes and tokens that complete the text with what is on the stack.
    func length(_ stack: Int32) -> Int32 { stacks[Int(stack)].length }

    /// - Parameters:
    ///   - mayEnd: whether the frame may be left without reading anything, and the text may end below it.
    ///   - length: the fewest bytes and tokens that leave the frame.
    /// - Returns: nil for stacks that are too deep.
    mutating func push(_ frame: Frame, on stack: Int32, mayEnd: Bool, length: Int32) -> Int32? {
        guard Int(stacks[Int(stack)].depth) < Self.deepest else { return nil }
        let length = min(Program.endless, length + self.length(stack))
        return intern(CollectionOfOne(Item(frame, stack)), mayEnd: mayEnd, length: length)
    }

    /// The stacks of both sets.
    mutating func union(_ a: Int32, _ b: Int32) -> Int32 {
        if a == b { return a }
        let pair = Pair(low: min(a, b), high: max(a, b))
        if let known = unions[pair] { return known }
        var merged: [Item] = []
        var (left, right) = (tops[a], tops[b])
        while let x = left.first, let y = right.first {
            if x.frame == y.frame {
                merged.append(Item(x.frame, union(x.stack, y.stack)))
                (left, right) = (left.dropFirst(), right.dropFirst())
            } else if x.frame < y.frame {
                merged.append(x)
                left = left.dropFirst()
            } else {
                merged.append(y)
                right = right.dropFirst()
            }
        }
        merged += left + right
        let union = intern(merged, mayEnd: mayEnd(a) || mayEnd(b), length: min(length(a), length(b)))
        unions[pair] = union
        return union
    }

    /// - Parameter items: in order, no frame twice.
    mutating func intern(_ items: some Collection<Item>, mayEnd: Bool, length: Int32) -> Int32 {
        let (number, isNew) = tops.insert(items)
        guard isNew else { return number }
        var depth: Int32 = 0
        for item in items where item.frame != .bottom { depth = max(depth, stacks[Int(item.stack)].depth + 1) }
        stacks.append(Stack(depth: depth, mayEnd: mayEnd, length: length))
        return number
    }
}
