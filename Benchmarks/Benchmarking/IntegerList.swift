/// Integers separated by commas, such as `128,512`.
package struct IntegerList: Sendable, Hashable {
    package let values: [Int]

    package init(_ values: [Int]) { self.values = values }

    /// Nil unless all parts are integers of at least 0.
    package init?(_ text: String) {
        guard let values = parsedList(text, Int.init), values.allSatisfy({ $0 >= 0 }) else { return nil }
        self.values = values
    }
}

/// Numbers separated by commas.
package struct RateList: Sendable, Hashable {
    package let values: [Double]

    package init?(_ text: String) {
        guard let values = parsedList(text, Double.init) else { return nil }
        self.values = values
    }
}

private func parsedList<T>(_ text: String, _ parse: (String) -> T?) -> [T]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let values = parts.compactMap(parse)
    return values.count == parts.count ? values : nil
}
