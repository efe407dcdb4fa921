import ChatTemplate
package import Foundation
import JSON

/// Renders the chat templates of templates.json and compares the texts with Jinja's.
package enum TemplateCheck {
    package static func run(_ url: URL) throws -> CountedResult { try run(read(url), name: url.lastPathComponent) }

    /// Checks the cases of `json`, the content of a file called `name`.
    package static func run(_ json: Data, name: String) throws -> CountedResult {
        let (cases, now) = try TemplateCase.all(in: json, name: name)
        var result = CountedResult(name: name, cases: cases.count)
        for item in cases { result.count(item.name, isExact: isExact(item, now)) }
        return result
    }

    private static func isExact(_ item: TemplateCase, _ now: LocalTime) -> Bool {
        let rendered = try? ChatTemplate(item.source).render(TemplateContext(item.context), clock: { now })
        guard let expected = item.expected else { return rendered == nil }
        // Bytes: String's == would accept another normalisation.
        return rendered?.text.utf8.elementsEqual(expected.utf8) ?? false
    }
}

/// A template with its variables, and the text that it makes of them.
private struct TemplateCase {
    let name: String
    let source: String
    let context: JSONObject
    /// Nil if it must fail.
    let expected: String?

    /// The cases, and the time that their templates see.
    static func all(in json: Data, name: String) throws(CheckError) -> ([TemplateCase], now: LocalTime) {
        let file: JSONValue
        do throws(JSONError) {
            file = try JSONValue(json: Array(json))
        } catch {
            throw .invalidReference(path: name, reason: error.description)
        }
        let cases = file["cases"]?.arrayValue
        let read = cases?.compactMap { TemplateCase($0, templates: file["templates"]) }
        guard let read, read.count == cases?.count else {
            throw .invalidReference(path: name, reason: "expected cases with name, template or source, and context")
        }
        guard let now = file["now"]?.stringValue.flatMap(LocalTime.init(timestamp:)) else {
            throw .invalidReference(path: name, reason: "expected now, the time that templates see")
        }
        return (read, now)
    }

    private init?(_ json: JSONValue, templates: JSONValue?) {
        let template = json["template"]?.stringValue.flatMap { templates?[$0]?.stringValue }
        let expected = json["expected"]?.stringValue
        guard let name = json["name"]?.stringValue, let source = json["source"]?.stringValue ?? template,
            let context = json["context"]?.objectValue, (expected == nil) == (json["error"]?.boolValue ?? false)
        else { return nil }
        (self.name, self.source, self.context, self.expected) = (name, source, context, expected)
    }
}

extension LocalTime {
    /// - Parameter timestamp: as in `2026-03-07T09:05:03`.
    fileprivate init?(timestamp: String) {
        let numbers = timestamp.split { "-T:".contains($0) }.map { Int($0) }
        let parts = numbers.compactMap { $0 }
        // The years that have four digits; other numbers print as they are.
        guard numbers.count == 6, parts.count == 6, (1...9999).contains(parts[0]) else { return nil }
        self.init(
            year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5])
    }
}
