package import Constraint
package import Foundation
import JSON

/// A constraint, texts that obey it, and texts that do not.
package struct ConstraintCase: Sendable {
    package enum Piece: Sendable, Hashable, CustomStringConvertible {
        case text(String)
        /// A special token by its text.
        case special(String)

        package var description: String {
            switch self {
            case .text(let text): text.debugDescription
            case .special(let text): text
            }
        }
    }

    package let name: String
    package let constraint: TextConstraint
    package let accepted: [[Piece]]
    package let refused: [[Piece]]
    /// What the error's message must contain, perhaps nothing; nil if the constraint must compile.
    package let error: String?

    package static func all(at url: URL) throws(CheckError) -> [ConstraintCase] {
        try all(in: read(url), name: url.lastPathComponent)
    }

    package var isSchema: Bool { if case .jsonSchema = constraint { true } else { false } }

    /// The cases of `json`, the content of a file called `name`: schemas first, then grammars.
    package static func all(in json: Data, name: String) throws(CheckError) -> [ConstraintCase] {
        let file: JSONValue
        do throws(JSONError) {
            file = try JSONValue(json: Array(json))
        } catch {
            throw .invalidReference(path: name, reason: error.description)
        }
        let schemas = file["schemas"]?.arrayValue ?? []
        let grammars = file["grammars"]?.arrayValue ?? []
        let read =
            schemas.compactMap { item in item["schema"].flatMap { ConstraintCase(item, .jsonSchema($0)) } }
            + grammars.compactMap { item in
                item["grammar"]?.stringValue.flatMap { ConstraintCase(item, .grammar($0)) }
            }
        guard !read.isEmpty, read.count == schemas.count + grammars.count else {
            throw .invalidReference(
                path: name,
                reason: "expected schemas and grammars with name, schema or grammar, and accepts and rejects or error")
        }
        return read
    }

    private init?(_ json: JSONValue, _ constraint: TextConstraint) {
        guard let name = json["name"]?.stringValue else { return nil }
        self.name = name
        self.constraint = constraint
        if json["error"]?.boolValue ?? false {
            error = json["names"]?.stringValue ?? ""
            (accepted, refused) = ([], [])
        } else {
            guard let accepted = Self.texts(json["accepts"]), let refused = Self.texts(json["rejects"]) else {
                return nil
            }
            error = nil
            (self.accepted, self.refused) = (accepted, refused)
        }
    }

    private static func texts(_ json: JSONValue?) -> [[Piece]]? {
        guard let items = json?.arrayValue else { return nil }
        let texts = items.compactMap { item in item.arrayValue.map(pieces) ?? pieces([item]) }
        return texts.count == items.count ? texts : nil
    }

    private static func pieces(_ items: [JSONValue]) -> [Piece]? {
        let pieces = items.compactMap { item in
            item.stringValue.map(Piece.text) ?? item["special"]?.stringValue.map(Piece.special)
        }
        return pieces.count == items.count ? pieces : nil
    }
}
