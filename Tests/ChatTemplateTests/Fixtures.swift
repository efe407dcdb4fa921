import ChatTemplate
import Foundation
import JSON

/// Renderings by Jinja2 itself.
enum Fixtures {
    private static let tests = URL(fileURLWithPath: #filePath)  // Tests/ChatTemplateTests/Fixtures.swift
        .resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
    /// Ours: one small template for each construct.
    static let syntax = tests.appendingPathComponent("Fixtures/chat/syntax.json")
    /// With the templates of models, which are not part of the project but stored beside it.
    static let models = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/fixtures/chat/templates.json")

    static var areModelsPresent: Bool { FileManager.default.fileExists(atPath: models.path) }

    struct Case: Sendable {
        let name: String
        let source: String
        let context: JSONObject
        /// Nil if rendering must fail.
        let expected: String?
    }

    static func cases(_ url: URL) throws -> [Case] {
        let file = try JSONValue(json: Array(Data(contentsOf: url)))
        return (file["cases"]?.arrayValue ?? []).compactMap { example in
            let template = example["template"]?.stringValue.flatMap { file["templates"]?[$0]?.stringValue }
            guard let name = example["name"]?.stringValue, let context = example["context"]?.objectValue,
                let source = example["source"]?.stringValue ?? template
            else { return nil }
            return Case(name: name, source: source, context: context, expected: example["expected"]?.stringValue)
        }
    }

    /// `now` of the fixtures.
    static func clock() -> LocalTime { LocalTime(year: 2026, month: 3, day: 7, hour: 9, minute: 5, second: 3) }
}

/// What a template makes of a context in JSON.
func render(_ source: String, _ json: String = "{}", limits: TemplateLimits = .standard) throws -> String {
    try rendered(source, json, limits: limits).text
}

func rendered(
    _ source: String, _ json: String = "{}", limits: TemplateLimits = .standard, tokens: [String: String] = [:]
) throws -> RenderedText {
    let context = TemplateContext(try JSONValue(json: json).objectValue ?? [:], specialTokens: tokens)
    return try ChatTemplate(source, limits: limits).render(context, clock: Fixtures.clock)
}

func error(_ source: String, _ json: String = "{}", limits: TemplateLimits = .standard) throws -> TemplateError? {
    do {
        _ = try render(source, json, limits: limits)
        return nil
    } catch let error as TemplateError {
        return error
    }
}
