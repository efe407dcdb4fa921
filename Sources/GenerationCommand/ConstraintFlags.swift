internal import ArgumentParser
internal import CommandSupport
internal import Foundation
package import Gemma

/// What the text must be. Flags have llama.cpp's names and meanings.
package struct ConstraintFlags: ParsableArguments {
    @Option(
        name: .customLong("grammar"), parsing: .unconditional,
        help: ArgumentHelp("A grammar (GBNF) that the text obeys.", valueName: "grammar"))
    private var grammar: String?

    @Option(
        name: .customLong("grammar-file"), parsing: .unconditional,
        help: ArgumentHelp("A file with such a grammar.", valueName: "file"))
    private var grammarFile: String?

    @Option(
        name: [.customShort("j"), .customLong("json-schema")], parsing: .unconditional,
        help: ArgumentHelp(
            "A JSON schema that the text obeys; {} for any object. Thoughts are free.", valueName: "schema"))
    private var schema: String?

    @Option(
        name: [.customLong("jf", withSingleDash: true), .customLong("json-schema-file")], parsing: .unconditional,
        help: ArgumentHelp("A file with a JSON schema.", valueName: "file"))
    private var schemaFile: String?

    package init() {}

    /// The flags that are used, by their short names.
    private var used: [String] {
        let flags = [("--grammar", grammar), ("--grammar-file", grammarFile), ("-j", schema), ("-jf", schemaFile)]
        return flags.compactMap { $1 == nil ? nil : $0 }
    }

    package func validate() throws {
        guard used.count < 2 else {
            throw ValidationError("\(used[0]) and \(used[1]) both say what the text must be; leave one out")
        }
    }

    /// Whether the text is bound to anything.
    package var isUsed: Bool { !used.isEmpty }

    /// What the flags ask for; nil if they are not used.
    /// - Throws: `ValidationError` for a file that cannot be read, and for what is not JSON.
    package func constraint() throws -> GivenConstraint? {
        if let grammar { return GivenConstraint(.grammar(grammar), "--grammar", hint: fileHint(grammar)) }
        if let grammarFile {
            let source = "--grammar-file \(printable(grammarFile))"
            return GivenConstraint(.grammar(try ConstraintFile(grammarFile, for: source).text), source)
        }
        if let schema {
            let hint = fileHint(schema)
            return GivenConstraint(.jsonSchema(try .schema(schema, from: "-j", hint: hint)), "-j", hint: hint)
        }
        if let schemaFile {
            let source = "-jf \(printable(schemaFile))"
            let text = try ConstraintFile(schemaFile, for: source).text
            return GivenConstraint(.jsonSchema(try .schema(text, from: source)), source)
        }
        return nil
    }

    /// What to do about a text that is the name of a file.
    private func fileHint(_ text: String) -> String? {
        guard text.utf8.count < 1024, FileManager.default.fileExists(atPath: text) else { return nil }
        return "a file is given with \(schema == nil ? "--grammar-file" : "-jf")"
    }
}

/// A constraint and the flag that it comes from.
package struct GivenConstraint: Sendable {
    package let constraint: TextConstraint
    private let source: String
    private let hint: String?

    fileprivate init(_ constraint: TextConstraint, _ source: String, hint: String? = nil) {
        (self.constraint, self.source, self.hint) = (constraint, source, hint)
    }

    /// Compiles it for a model, so that what is wrong with it is said at once, and where it stands.
    /// - Throws: `ValidationError`.
    package func check(for model: GemmaModel) throws {
        do throws(ConstraintError) {
            try model.prepare(constraint)
        } catch {
            throw ValidationError([source + ": \(error)", hint].compactMap { $0 }.joined(separator: "; "))
        }
    }
}

extension JSONValue {
    /// A JSON schema from its text. As in llama.cpp, `{}` stands for any object.
    /// - Parameters:
    ///   - source: how errors name the text.
    ///   - hint: what to do about a text that is not JSON.
    /// - Throws: `ValidationError` if the text is not JSON.
    package static func schema(_ text: String, from source: String, hint: String? = nil) throws -> JSONValue {
        do throws(JSONError) {
            let value = try JSONValue(json: text)
            return value == [:] ? anyObject : value
        } catch {
            var place = source
            if text.utf8.contains(UInt8(ascii: "\n")) { place += ", \(TextPlace(offset: error.offset, in: text))" }
            throw ValidationError([place + ": \(error)", hint].compactMap { $0 }.joined(separator: "; "))
        }
    }

    /// The schema of any object.
    package static let anyObject: JSONValue = ["type": "object"]
}

/// A line and a column, as editors count them.
struct TextPlace: CustomStringConvertible {
    private let line: Int
    private let column: Int

    /// - Parameter offset: in bytes from the beginning of `text`.
    init(offset: Int, in text: String) {
        let before = text.utf8.prefix(offset)
        line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { before.index(after: $0) } ?? before.startIndex
        column = 1 + String(decoding: before[start...], as: UTF8.self).count
    }

    var description: String { "line \(line), column \(column)" }
}
