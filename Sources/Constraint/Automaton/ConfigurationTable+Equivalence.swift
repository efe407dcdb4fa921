/// Which configurations are as good as others.
extension ConfigurationTable {
    /// A configuration after which the same texts of up to `length` bytes may come. Within a long repetition it is the
    /// same for most counts.
    mutating func equivalent(_ number: Int32, length: Int) throws(ConstraintError) -> Int32 {
        guard let (loop, item) = onlyLoop(number) else { return number }
        let count = loop.equivalent(item.frame.count, length: length)
        return count == item.frame.count
            ? number : try intern([Item(Frame(item.frame.state, count: count), item.stack)])
    }

    /// The repetition that a configuration is in, if the text can be read in no other way.
    private func onlyLoop(_ number: Int32) -> (Program.Loop, Item)? {
        let items = items(of: number)
        guard items.count == 1, let item = items.first, item.frame != .bottom,
            case .loop(let loop, _) = program.states[Int(item.frame.state)]
        else { return nil }
        return (program.loops[Int(loop)], item)
    }

    /// The number here of a configuration of another table of the same program.
    mutating func adopt(_ number: Int32, from other: ConfigurationTable) throws(ConstraintError) -> Int32 {
        guard number != Self.dead else { return number }
        // Sets of stacks that are needed, of which those below have the smaller numbers.
        var needed: Set<Int32> = [StackTable.bottom]
        var queue = other.items(of: number).map(\.stack)
        while let stack = queue.popLast() {
            if needed.insert(stack).inserted { queue += other.reader.stacks.top(of: stack).map(\.stack) }
        }
        var numbers: [Int32: Int32] = [:]
        for stack in needed.sorted() {
            let top = other.reader.stacks.top(of: stack).map { item in
                item.frame == .bottom ? item : Item(item.frame, numbers[item.stack]!)
            }
            numbers[stack] = reader.stacks.intern(
                top, mayEnd: other.reader.stacks.mayEnd(stack), length: other.reader.stacks.length(stack))
        }
        return try intern(other.items(of: number).map { Item($0.frame, numbers[$0.stack]!) })
    }

    /// Whether no text fits that has more characters of the kinds of its span than the span is long.
    mutating func isSpanExact(_ number: Int32) throws(ConstraintError) -> Bool {
        guard let (loop, item) = onlyLoop(number), let limit = loop.max, loop.isByCharacters else { return false }
        guard loop.span(after: item.frame.count) == span(of: number) else { return false }
        let full = try intern([Item(Frame(item.frame.state, count: limit), item.stack)])
        let row = try row(of: full)
        return (0..<256).allSatisfy { byte in
            next(inRow: row, program.classes[byte]) == Self.dead
                || loop.kinds.isDisjoint(with: CharacterKinds(ofFirstByte: UInt8(byte)))
        }
    }
}
