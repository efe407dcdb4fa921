extension CallReader {
    /// From a quote at `at`.
    ///
    /// - Returns: nil if it is not known yet; an inner nil if there is none.
    mutating func lookForClosingQuote() -> Int?? {
        let quote = body[at]
        ahead = max(ahead, at + 1)
        while ahead < body.count {
            switch body[ahead] {
            case quote: return .some(ahead)
            case .delimiter, .foreign: return .some(nil)
            case "\\":
                guard ahead + 1 < body.count else { return ending == nil ? nil : .some(nil) }
                ahead += body[ahead + 1].isToken ? 1 : 2
            default: ahead += 1
            }
        }
        return ending == nil ? nil : .some(nil)
    }
}
