import ChatTemplate
import Testing

@Suite struct ErrorTests {
    /// Line and column are those of the character that the mistake is at.
    @Test(arguments: [
        ("{{ 'x' ", 1, 8), ("a\nb {% nope %}", 2, 6), ("{{ 1 + }}", 1, 8), ("é{{ ] }}", 1, 5),
        ("{% if x %}\n{% endfor %}", 2, 4),
        ("{{ a.b.c }}", 1, 6), ("\n\n{{ x | nope }}", 3, 8), ("{{ x is nope }}", 1, 9), ("{{ 'a' + 1 }}", 1, 8),
        ("{% for x in 3 %}{% endfor %}", 1, 4), ("{{ nope() }}", 1, 8), ("{{ 1 }}\n{{ raise_exception('no') }}", 2, 19),
        ("{{ [1] | sort | first | length }}", 1, 25), ("{% break %}", 1, 4), ("{% include 'x' %}", 1, 4),
        ("{% set x.y = 1 %}", 1, 8), ("{% if true %}\n\nx", 1, 12), ("\r\n{{ }}", 2, 4),
    ])
    func errorsSayWhere(_ source: String, _ line: Int, _ column: Int) throws {
        let error = try #require(try error(source))
        #expect(error.line == line, "\(error)")
        #expect(error.column == column, "\(error)")
    }

    @Test func errorsSayWhat() throws {
        #expect(try error("{{ m.x.y }}", #"{"m":{}}"#)?.reason == .undefined(#"there is no member "x""#))
        #expect(try error("{{ x | nope }}")?.reason == .unknownFilter("nope"))
        #expect(try error("{{ x is nope }}")?.reason == .unknownTest("nope"))
        #expect(try error("{{ raise_exception('roles ' ~ 'alternate') }}")?.reason == .raised("roles alternate"))
        #expect(try error("{% nope %}")?.reason == .unknownTag("nope"))
        #expect(try error("{% extends 'x' %}")?.reason == .unsupportedTag("extends"))
        #expect(try error("{{ 1 // 0 }}")?.reason == .divisionByZero)
        #expect(try error("{{ 9223372036854775807 + 1 }}")?.reason == .integerOverflow)
        #expect(
            try error("\n{{ m.x.y }}", #"{"m":{}}"#).map { "\($0)" }
                == #"chat template, line 2, column 8: there is no member "x""#)
    }

    @Test func whatIsNotReachedIsNoError() throws {
        #expect(try render("{% if false %}{{ 1 | nope }}{{ 1 is nope }}{% include 'x' %}{% endif %}ok") == "ok")
    }

    @Test func messagesStayShort() throws {
        let long = String(repeating: "a", count: 100_000)
        for source in ["{{ x['\(long)'].y }}", "{{ raise_exception('\(long)') }}"] {
            let error = try #require(try error(source))
            #expect("\(error)".utf8.count < 11_000)
        }
    }

    @Test func changesOfValuesAreRefused() throws {
        for change in ["l.append(1)", "l.pop()", "l.sort()", "d.update({})", "d.pop('a')", "d.setdefault('a', 1)"] {
            #expect(try error("{% set l = [1] %}{% set d = {'a': 1} %}{{ \(change) }}") != nil, "\(change)")
        }
        #expect(try error("{% set d = {} %}{% set d.a = 1 %}") != nil)
        #expect(try render("{{ ''.__class__ }}{{ ''.__class__ is defined }}") == "False")
    }
}
