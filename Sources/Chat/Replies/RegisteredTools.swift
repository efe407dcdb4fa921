import JSON

/// The tools of a request, by their names as bytes: Swift's strings would take two spellings of "é" for one name.
struct RegisteredTools {
    private let schemas: [[UInt8]: JSONValue?]
    let names: [[UInt8]]

    init(_ tools: [ToolDescription]) {
        let named = tools.map { (Array($0.name.utf8), $0.parameters) }
        schemas = Dictionary(named, uniquingKeysWith: { _, last in last })
        names = Array(schemas.keys)
    }

    /// The tool that is meant by `name`, and the schema of its arguments. Models like to put a name space before it:
    /// `google:search` or `functions.search`.
    func resolve(_ name: String) -> (name: String, schema: JSONValue?) {
        let bytes = Array(name.utf8)
        if let schema = schemas[bytes] { return (name, schema) }
        let meant = schemas.filter { bytes.hasSuffix(":".utf8 + $0.key) || bytes.hasSuffix(".".utf8 + $0.key) }
        guard meant.count == 1, let (known, schema) = meant.first else { return (name, nil) }
        return (String(decoding: known, as: UTF8.self), schema)
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool { self.suffix(suffix.count).elementsEqual(suffix) }
}
