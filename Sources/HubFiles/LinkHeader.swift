/// The header by which the hub's API says where the next page of a list is: `<ADDRESS>; rel="next"`.
package enum LinkHeader {
    /// - Parameter value: one or several links, separated by commas.
    /// - Returns: the address of the link that is called `next`, as written; nil if there is none.
    package static func next(in value: String) -> String? {
        var rest = value[...]
        while let start = rest.firstIndex(of: "<") {
            let address = rest[rest.index(after: start)...]
            guard let end = address.firstIndex(of: ">") else { return nil }
            let parameters = address[address.index(after: end)...].prefix { $0 != "<" }
            if isNext(parameters) { return String(address[..<end]) }
            rest = address[end...].dropFirst(1 + parameters.count)
        }
        return nil
    }

    private static func isNext(_ parameters: Substring) -> Bool {
        parameters.split { $0 == ";" || $0 == "," }.contains { parameter in
            let halves = parameter.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, halves[0].filter({ $0 != " " }).lowercased() == "rel" else { return false }
            return halves[1].split { " \"\t".contains($0) }.contains { $0.lowercased() == "next" }
        }
    }
}
