import Constraint
import Foundation
import JSON
import Testing

/// Python's answers, which Scripts/pattern-fixtures wrote.
struct PatternCase: Decodable, CustomTestStringConvertible {
    let pattern: String
    let alphabet: String
    let length: Int
    private let search: String
    private let whole: String

    static let all: [PatternCase] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/constraints/patterns.json")
        return (try? JSONDecoder().decode([PatternCase].self, from: Data(contentsOf: file))) ?? []
    }()

    var testDescription: String { "/\(pattern)/" }

    /// All texts, in the order of the answers.
    var texts: [String] {
        let letters = alphabet.unicodeScalars.map { String($0) }
        var (texts, longest) = ([""], [""])
        for _ in 0..<length {
            longest = longest.flatMap { text in letters.map { text + $0 } }
            texts += longest
        }
        return texts
    }

    /// The texts that are matched somewhere, or as a whole.
    func matches(isWhole: Bool) -> [String] {
        zip(texts, isWhole ? whole : search).filter { $0.1 == "1" }.map(\.0)
    }
}

@Suite struct PatternTests {
    @Test func theFixturesAreThere() { #expect(PatternCase.all.count > 200) }

    @Test(arguments: PatternCase.all)
    func aPatternMatchesWhatPythonMatches(example: PatternCase) throws {
        for isWhole in [false, true] {
            let wanted = example.matches(isWhole: isWhole)
            let grammar = grammar(example.pattern, isWhole: isWhole)
            #expect(example.texts.filter { grammar.accepts($0) } == wanted, "whole: \(isWhole)")
        }
    }

    @Test(arguments: PatternCase.all)
    func lengthsAreWithinTheBounds(example: PatternCase) throws {
        for (shortest, longest) in [(1, 3), (2, nil), (0, 2)] as [(Int, Int?)] {
            let wanted = example.matches(isWhole: false).filter {
                $0.unicodeScalars.count >= shortest && $0.unicodeScalars.count <= longest ?? .max
            }
            let grammar = grammar(example.pattern, minLength: shortest, maxLength: longest)
            #expect(example.texts.filter { grammar.accepts($0) } == wanted, "\(shortest) to \(longest ?? -1)")
        }
    }

    /// nil if nothing matches.
    private func grammar(
        _ pattern: String, isWhole: Bool = false, minLength: Int = 0, maxLength: Int? = nil
    ) -> Grammar? {
        var grammar = Grammar(.never)
        do {
            grammar.rules[0].expression = try Pattern(pattern, isWhole: isWhole)
                .expression(minLength: minLength, maxLength: maxLength, in: &grammar)
            return grammar
        } catch {
            #expect(error == .unsatisfiable)
            return nil
        }
    }
}

extension Grammar? {
    fileprivate func accepts(_ text: String) -> Bool { map { ReferenceRecognizer.accepts(text, $0) } ?? false }
}
