extension CallReader {
    enum ClosingQuote {
        case at(Int)
        case none
        /// More has to come first.
        case unknown
    }

    /// Looks for the quote that closes the one at `at`.
    mutating func lookForClosingQuote() -> ClosingQuote {
        let quote = body[at]
        ahead = max(ahead, at + 1)
        while ahead < body.count {
            switch body[ahead] {
            case quote: return .at(ahead)
            case .delimiter, .foreign: return .none
            case "\\":
                guard ahead + 1 < body.count else { return ending == nil ? .unknown : .none }
                ahead += body[ahead + 1].isToken ? 1 : 2
            default: ahead += 1
            }
        }
        return ending == nil ? .unknown : .none
    }
}
