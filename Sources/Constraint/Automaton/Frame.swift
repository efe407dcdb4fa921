/// Where a program goes on: a state, and for the head of a counted repetition the rounds so far.
struct Frame: Sendable, Hashable {
    let state: Int32
    let count: Int32

    init(_ state: Int32, count: Int32 = 0) { (self.state, self.count) = (state, count) }

    /// Below every stack: the text is complete.
    static let bottom = Frame(-1)

    static func < (a: Frame, b: Frame) -> Bool { (a.state, a.count) < (b.state, b.count) }
}

/// A state with the stack of what comes after it.
struct Item: Sendable, Hashable {
    let frame: Frame
    let stack: Int32

    init(_ frame: Frame, _ stack: Int32) { (self.frame, self.stack) = (frame, stack) }
}
