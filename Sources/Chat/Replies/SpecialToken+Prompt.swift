extension SpecialToken {
    /// Whether a prompt ends within a thought, so that the reply goes on with it. Some templates open a thought after
    /// a tool's result if thinking is on.
    ///
    /// - Parameter tokens: the special tokens of the prompt in their order. Ordinary tokens do not matter, whatever
    ///   their text.
    public static func opensThought(_ tokens: some BidirectionalCollection<SpecialToken>) -> Bool {
        let last = tokens.last {
            switch $0 {
            case .thoughtStart, .thoughtEnd, .turnStart, .resultStart: true
            default: false
            }
        }
        return last == .thoughtStart
    }
}
