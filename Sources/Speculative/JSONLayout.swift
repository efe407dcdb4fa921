internal import Constraint

/// The habits of a JSON text: the white space that it has between tokens, and so is likely to have next time.
struct JSONLayout: Sendable {
    /// The brackets that are open.
    private var open: [UInt8] = []
    private var isInString = false
    private var isEscaped = false
    /// The last byte that was not white space, and the white space since.
    private var last: UInt8?
    private var space: [UInt8] = []
    private var habits: [Place: [UInt8]] = [:]

    /// Where white space may be.
    private enum Place: Hashable {
        case afterColon
        /// Before a comma or colon, or between brackets of nothing.
        case beforePunctuation
        /// Before the first item of something, by its bracket and how deep it is.
        case first(UInt8, depth: Int)
        /// After a comma.
        case next(UInt8, depth: Int)
        /// Before the closing bracket.
        case end(UInt8, depth: Int)
    }

    /// Brackets within each other that are told apart.
    private static let deepest = 32
    /// The most white space that is remembered.
    private static let longest = 64

    mutating func append(_ byte: UInt8) {
        if isInString {
            if !isEscaped, byte == UInt8(ascii: "\"") { isInString = false }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            return
        }
        if ByteSet.whiteSpace.contains(byte) {
            if space.count < Self.longest { space.append(byte) }
            return
        }
        if let place = place(before: byte), space.count < Self.longest { habits[place] = space }
        space.removeAll(keepingCapacity: true)
        last = byte
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): if open.count < Self.deepest { open.append(byte) }
        case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
        default: break
        }
    }

    private func place(before byte: UInt8) -> Place? {
        guard !isInString, let last else { return nil }
        let (isClosing, isPunctuation) = ([0x7D, 0x5D].contains(byte), [0x2C, 0x3A].contains(byte))
        if isPunctuation { return .beforePunctuation }
        if last == UInt8(ascii: ":") { return .afterColon }
        guard let bracket = open.last else { return nil }
        switch last {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return isClosing ? .beforePunctuation : .first(bracket, depth: open.count)
        case UInt8(ascii: ","): return .next(bracket, depth: open.count)
        default: return isClosing ? .end(bracket, depth: open.count) : nil
        }
    }

    /// The white space that is still to come before `byte`, which is the next that is none; nil if nothing tells.
    func space(before byte: UInt8) -> [UInt8]? {
        guard let place = place(before: byte) else { return nil }
        // White space that has begun and that nothing is known of is probably complete.
        guard let whole = habits[place] ?? guess(place) ?? (space.isEmpty ? nil : space), whole.starts(with: space)
        else { return nil }
        return Array(whole.dropFirst(space.count))
    }

    /// What follows from other places.
    private func guess(_ place: Place) -> [UInt8]? {
        switch place {
        case .beforePunctuation: return []
        case .afterColon: return [0x20]
        case .first(let bracket, let depth):
            guard depth > 1 else { return nil }
            // Compact inside of compact, and otherwise further to the right.
            guard let outer = line(depth: depth - 1) else { return [] }
            let indentation = (outer.count - 1) / (depth - 1)
            return bracket == UInt8(ascii: "{") ? outer + Array(repeating: outer.last ?? 0x20, count: indentation) : nil
        case .next(let bracket, let depth):
            guard let first = habits[.first(bracket, depth: depth)] else { return nil }
            return first.first == 0x0A ? first : oneLineSeparator ?? [0x20]
        case .end(let bracket, let depth):
            guard let first = habits[.first(bracket, depth: depth)] else { return nil }
            guard first.first == 0x0A else { return first }
            return Array(first.dropLast((first.count - 1) / depth))
        }
    }

    /// What comes after commas elsewhere, where items are on one line.
    private var oneLineSeparator: [UInt8]? {
        for depth in 1...Self.deepest {
            for bracket in [0x7B, 0x5B] as [UInt8] {
                if let space = habits[.next(bracket, depth: depth)], space.first != 0x0A { return space }
            }
        }
        return nil
    }

    /// The line break and the indentation of items at a depth, if they are on lines of their own.
    private func line(depth: Int) -> [UInt8]? {
        [0x7B, 0x5B].lazy.compactMap { habits[.first($0, depth: depth)] }.first { $0.first == 0x0A }
    }
}
