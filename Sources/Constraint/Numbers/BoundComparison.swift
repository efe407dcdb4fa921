/// How the digits of a number without a sign, as far as they have been read, compare with those of a bound.
enum BoundComparison: Sendable, Hashable {
    /// Within the digits before the point. How the number compares depends on how many there will be.
    /// - Parameters:
    ///   - count: digits so far, at most as many as the bound has.
    ///   - order: of these digits, as if the bound had as many.
    case integer(count: Int, order: Order)
    /// The digits before the point are the bound's, and so are `count` of those behind it.
    case fraction(count: Int)
    /// Whatever follows.
    case settled(Order)

    enum Order: Sendable, Hashable {
        case less, equal, greater

        init(_ digit: UInt8, _ other: UInt8) { self = digit == other ? .equal : digit < other ? .less : .greater }
    }

    /// No digit has been read yet.
    static let start = BoundComparison.integer(count: 0, order: .equal)

    mutating func append(_ digit: UInt8, bound: ExactDecimal) {
        switch self {
        case .integer(let count, let order):
            guard count < bound.integer.count else {
                self = .settled(.greater)
                return
            }
            self = .integer(
                count: count + 1, order: order == .equal ? Order(digit, bound.integer[count]) : order)
        case .fraction(let count):
            let isPast = count == bound.fraction.count
            let order = Order(digit, isPast ? 0 : bound.fraction[count])
            self = order == .equal ? .fraction(count: isPast ? count : count + 1) : .settled(order)
        case .settled: break
        }
    }

    /// The digits before the point are all there.
    mutating func endInteger(bound: ExactDecimal) {
        guard case .integer(let count, let order) = self else { return }
        self =
            count < bound.integer.count
            ? .settled(.less) : order == .equal ? .fraction(count: 0) : .settled(order)
    }

    /// How the number compares if it ends here.
    func order(bound: ExactDecimal) -> Order {
        var ended = self
        ended.endInteger(bound: bound)
        return switch ended {
        case .settled(let order): order
        case .fraction(let count) where count == bound.fraction.count: .equal
        default: .less  // What is left of the bound's fraction is not zero.
        }
    }
}
