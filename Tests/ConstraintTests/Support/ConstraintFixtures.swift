import Constraint
import Foundation
import JSON
import Testing

/// The schemas of Tests/Fixtures/constraints: texts that each must accept and refuse.
struct SchemaCase: CustomTestStringConvertible {
    let name: String
    let schema: JSONValue
    let accepted: [String]
    let refused: [String]
    /// The keyword that an error must name; nil if the schema compiles.
    let faultyKeyword: String?

    var testDescription: String { name }

    static let all: [SchemaCase] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/constraints")
        guard let data = try? Data(contentsOf: folder.appending(path: "schemas.json")),
            let json = try? JSONValue(json: Array(data)), let cases = json["schemas"]?.arrayValue
        else { return [] }
        return cases.map(SchemaCase.init)
    }()

    private init(_ json: JSONValue) {
        func texts(_ key: String) -> [String] { json[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        name = json["name"]?.stringValue ?? ""
        schema = json["schema"] ?? .null
        (accepted, refused) = (texts("accepts"), texts("rejects"))
        faultyKeyword = json["names"]?.stringValue
    }
}
