import ChatTemplate
import Foundation
import JSON
import Testing

/// Templates built to take long, to fill the memory or to overflow the stack.
@Suite(.serialized) struct HostileTests {
    /// A few percent of the standard limits, which take as much less time and memory.
    private static let tightLimits: TemplateLimits = {
        var limits = TemplateLimits()
        limits.steps = 2_000_000
        limits.outputByteCount = 4 << 20
        limits.textByteCount = 4 << 20
        limits.memoryByteCount = 24 << 20
        return limits
    }()

    /// Each ends in an error soon. `@` stands for a loop of many rounds.
    @Test(arguments: [
        "@ @ @ {% endfor %}{% endfor %}{% endfor %}",
        "{% set n = namespace(s='ab') %}@{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='ab') %}@{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}@{% set n.s = n.s + n.s %}{% endfor %}",
        // Few objects that print as very many.
        "{% set n = namespace(s=[1]) %}@{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}",
        "{% set n = namespace(s=[1]) %}@{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s | tojson }}",
        "{% set n = namespace(s=(1,)) %}@{% set n.s = (n.s, n.s) %}{% endfor %}{{ {n.s: 1} }}",
        "{% set n = namespace(s=(1,)) %}@{% set n.s = (n.s, n.s) %}{% endfor %}{{ [n.s] | unique | list }}",
        // Few characters that ask for very many.
        "{{ 'a' * 10**9 }}", "{{ 10**9 * 'a' }}", "{{ [1] * 10**9 }}", "{{ 'ab' * 9223372036854775807 }}",
        "{{ range(10**9) }}", "{{ range(-9223372036854775807, 9223372036854775807) }}", "{{ 10 ** 10 ** 10 }}",
        "{{ 9223372036854775807 * 3 }}", "{{ -9223372036854775807 - 9 }}",
        "{{ 'a' | center(10**12) }}", "{{ 'a'.ljust(10**12) }}", "{{ 'a'.zfill(9223372036854775807) }}",
        "{{ '\t'.expandtabs(9223372036854775807) }}", "{{ 'a' | indent(10**12, true) }}",
        "{{ '%999999999999d' % 1 }}", "{{ '%*d' % (9223372036854775807, 1) }}", "{{ '%.999999999f' % 1 }}",
        "{{ '{:>999999999999}'.format(1) }}", "{{ '{:0999999999999,}'.format(1) }}", "{{ '{:.999999f}'.format(1.5) }}",
        "{{ [[1]] | tojson(indent=10**12) }}", "{{ [1] | batch(10**12, 0) | list }}",
        "{{ [1] | slice(10**12) | list }}",
        "{% set s = 'a' * 100000 %}{{ s | replace('a', s) }}", "{% set s = 'a' * 100000 %}{{ s | replace('', s) }}",
        "{% set s = 'a' * 1000000 %}{{ range(1000) | join(s) }}",
        "{% set s = '\n' * 99999 %}{{ s | indent(99999, true, true) }}",
        "{% set s = 'a' * 1000000 %}@{{ s }}{% endfor %}",
        // Work in proportion to the size of operands.
        "{% set s = 'a' * 999999 %}{% set t = 'a' * 99999 ~ 'b' %}@{% set x = t in s %}{% endfor %}",
        "{% set s = 'a' * 999999 %}{% set t = 'b' ~ 'a' * 99999 %}@{% set x = s.rfind(t) %}{% endfor %}",
        "{% set s = 'é' * 999999 %}@{% set x = s.upper() %}{% endfor %}",
        "{% set s = 'é\n' * 999999 %}@{% set x = s | tojson(ensure_ascii=true) %}{% endfor %}",
        "{% set s = 'é' * 999999 %}@{% set x = s.strip(s) %}{% endfor %}",
        "{% set s = '%c' * 999999 %}@{% set x = strftime_now(s) %}{% endfor %}",
        "{% set l = range(99999) | list %}@{% set x = l[1:] %}{% endfor %}",
        "{% set l = range(99999) | list %}@{% set x = l | sort %}{% endfor %}",
        // Recursion.
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{% if n < 90 %}{{ f(n + 1) }}{{ f(n + 1) }}{% endif %}{% endmacro %}{{ f(0) }}",
        "{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}"
            + "{{ g() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set n = namespace() %}{% set n.s = n %}{{ n }}",
    ])
    func renderingEndsInAnError(_ source: String) throws {
        let template = try ChatTemplate(Self.withLoops(source), limits: Self.tightLimits)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(throws: TemplateError.self) { try template.render(TemplateContext([:])) }
        // With slack for a busy machine: the slowest takes a fifth of a second.
        #expect(clock.now - start < .seconds(20), "\(source)")
    }

    private static func withLoops(_ source: String) -> String {
        source.replacingOccurrences(of: "@", with: "{% for i in range(99999) %}")
    }

    @Test func theStandardLimitsEndWhatIsSlow() throws {
        let limits = TemplateLimits.standard
        let slow = Self.withLoops("{% set l = range(9999) | list %}@{% set x = l | sort %}{% endfor %}")
        #expect(try error(slow)?.reason == .tooManySteps(limit: limits.steps))
        let large = Self.withLoops("@@{% set x = namespace(a=1, b=2, c=3, d=4) %}{% endfor %}{% endfor %}")
        #expect(try error(large)?.reason == .tooMuchMemory(limit: limits.memoryByteCount))
    }

    /// Each keeps more and more values, or has large ones in passing. The limit of memory ends it, not that of steps.
    @Test(arguments: [
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + ['a' * 1000000] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [[1] * 90000] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [('a' * 90000) | list] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [('a,' * 9999).split(',')] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [('a ' * 9999).split()] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [('a ' * 9999).rsplit()] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [('\n' * 9999).splitlines()] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [range(9999) | batch(1) | list] %}{% endfor %}",
        "{% set n = namespace(l=[]) %}@{% set n.l = n.l + [range(9999) | map('string') | list] %}{% endfor %}",
        "{% set d = {'a': 1} %}{% set n = namespace(l=[]) %}@{% set n.l = [d.items() | list] * 9999 %}{% endfor %}",
        "{% set n = namespace(s=x ~ 'a') %}@{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set s = (x ~ 'a') * 9999 %}{% set n = namespace(l=[]) %}@{% set n.l = n.l + [s[1:]] %}{% endfor %}",
        "@@{{ x }}a{% endfor %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}@{% set x %}{{ s }}{% endset %}{% endfor %}",
        "@@{% set x = namespace() %}{% endfor %}{% endfor %}", "@{% set x = dict(a=1, b=2) %}{% endfor %}",
        "@{% set x = {'a': 1, 'b': 2} %}{% endfor %}",
        "{% set l = [] %}@@{% set x = l.count %}{% endfor %}{% endfor %}",
        "{% macro g() %}{% macro f() %}{% endmacro %}{% endmacro %}@{{ g() }}{% endfor %}",
        "{% set s = 'a' * 9999 %}{% macro f() %}{% for i in s %}{{ f() }}{% endfor %}{% endmacro %}{{ f() }}",
        "{% set s = '\u{1}' * 4000000 %}{{ s | tojson }}", "{% set s = 'a' * 4000000 %}{{ s | title }}",
        "{% set s = '{:' ~ 'a' * 2000000 ~ '}' %}{% set s = s ~ s %}{{ s.format(1, 1) }}",
        "{{ range(99999) | unique | list | unique | list | length }}",
    ])
    func memoryIsLimited(_ source: String) throws {
        var limits = Self.tightLimits
        limits.steps = TemplateLimits.standard.steps
        let reason = try error(Self.withLoops(source), #"{"x": "x"}"#, limits: limits)?.reason
        #expect(reason == .tooMuchMemory(limit: limits.memoryByteCount))
    }

    /// What is counted is never less than what the values hold: 32 bytes for an element, and the bytes of a text.
    @Test(arguments: [
        ("{% set x = [1] * 1000 %}", 32_000), ("{% set x = 'a' * 1000 %}", 1000),
        ("{% set x = ('a,' * 500).split(',') %}", 500 * (32 + 33)),
        ("{% set x = ('a' * 500) | list %}", 500 * (32 + 33)),
        ("{% set x = range(1000) | batch(1) | list %}", 1000 * (32 + 64)),
        ("{% for i in range(1000) %}{% set x = namespace(a=1) %}{% endfor %}", 1000 * (48 + 32 + 64)),
    ])
    func memoryIsCountedInFull(_ source: String, _ byteCount: Int) throws {
        var limits = TemplateLimits()
        limits.memoryByteCount = byteCount
        #expect(try error(source, limits: limits)?.reason == .tooMuchMemory(limit: byteCount))
        limits.memoryByteCount = 8 * byteCount
        #expect(try error(source, limits: limits) == nil)
    }

    @Test(arguments: [
        "{{ " + repeated("("), "{{ " + repeated("[") + repeated("]") + " }}", "{{ " + repeated("{1:") + " }}",
        "{{ " + repeated("not ") + "1 }}", "{{ " + repeated("-") + "1 }}", "{{ 1" + repeated("+1") + " }}",
        "{{ 1" + repeated(" and 1") + " }}", "{{ 1" + repeated("|string") + " }}", "{{ x" + repeated(".y") + " }}",
        "{{ x" + repeated("[0]") + " }}", "{{ x" + repeated("()") + " }}", "{{ " + repeated("1 if 1 else ") + "1 }}",
        "{{ 1" + repeated(" if 1") + " }}", "{{ x" + repeated("(x") + " }}", "{{ x" + repeated(" is defined") + " }}",
        repeated("{% if 1 %}"), repeated("{% for x in y %}"), repeated("{% macro m() %}"), repeated("{% set x %}"),
        "{% for " + repeated("(") + "x in y %}", "{% set x" + repeated(",(x") + " = 1 %}", repeated("{{ "),
        repeated("{# "), "{% raw %}" + repeated("{% "), "{% filter upper" + repeated("|upper") + " %}{% endfilter %}",
    ])
    func deepSourcesAreRefused(_ source: String) {
        withSmallStack { #expect(throws: TemplateError.self) { try ChatTemplate(source) } }
    }

    private static func repeated(_ text: String) -> String { String(repeating: text, count: 50_000) }

    /// Values are freed recursively, so none may become deep, in whatever way it is built.
    @Test(arguments: [
        "[n.s]", "(n.s,)", "{'a': n.s}", "dict(a=n.s)", "[n.s] | select", "[n.s] | map('list')", "cycler(n.s)",
        "[n.s].count", "{'a': n.s}.items()", "[n.s] | batch(1)", "[n.s] | groupby(0)", "[n.s] + [1]",
        "namespace(s=n.s)",
        "[[n.s]][0:1]", "{n.s | string | length: n.s} | dictsort",
    ])
    func valuesDoNotBecomeDeep(_ value: String) throws {
        let source = "{% set n = namespace(s=1) %}{% for i in range(99999) %}{% set n.s = \(value) %}{% endfor %}"
        withSmallStack { _ = try? ChatTemplate(source).render(TemplateContext([:])) }
    }

    @Test(arguments: [
        "{% for j in [n.s] %}{% set n.s = loop %}{% endfor %}",
        "{% for j in [1] %}{{ loop.changed(n.s) }}{% set n.s = [loop] %}{% endfor %}",
        "{% for j in [1] %}{{ loop.changed(loop) }}{% endfor %}",
        "{% macro f(x) %}{% macro g() %}{{ x }}{% endmacro %}{% set n.s = g %}{% endmacro %}{{ f(n.s) }}",
    ])
    func loopsAndMacrosThatKeepOneAnotherAreFreed(_ body: String) throws {
        let source = "{% set n = namespace(s=1) %}{% for i in range(20000) %}\(body){% endfor %}"
        withSmallStack { _ = try? ChatTemplate(source).render(TemplateContext([:])) }
    }

    /// The deepest that the limits admit, on a stack of the size of Apple's threads.
    @Test func whatIsAdmittedFitsASmallStack() throws {
        let parentheses = "{{ " + String(repeating: "(", count: 150) + "1" + String(repeating: ",)", count: 150) + " }}"
        let lists = "{{ " + String(repeating: "[-", count: 60) + "f()" + String(repeating: "]", count: 60) + " }}"
        let deepest =
            "{% macro f() %}\(String(repeating: "{% if 1 %}", count: 90))\(lists)"
            + String(repeating: "{% endif %}", count: 90) + "{% endmacro %}{{ f() }}"
        let filters =
            "{% macro f(x) %}{{ [1] | map('string') | map('replace', '1', f(1)) | list }}{% endmacro %}{{ f(1) }}"
        let loops =
            "{% for x in [1] recursive %}{% for y in [1] %}{% filter upper %}{{ [loop, loop2(x)] if 0 else loop }}"
            + "{% endfilter %}{% endfor %}{{ loop([1]) }}{% endfor %}"
        var json = JSONValue.number(JSONNumber(1))
        for level in 0..<250 { json = level.isMultiple(of: 2) ? ["k": json] : [json] }
        let deep = json
        let context = TemplateContext(["x": deep, "y": deep])
        withSmallStack {
            #expect(throws: Never.self) { try ChatTemplate(parentheses).render(context) }
            for source in [deepest, filters, loops] {
                #expect(throws: TemplateError.self) { try ChatTemplate(source).render(context) }
            }
            for source in ["{{ x }}", "{{ x | tojson(indent=1) }}", "{{ x == y }}", "{{ [x] | sort == [y] }}"] {
                #expect(throws: Never.self) { try ChatTemplate(source).render(context) }
            }
        }
    }

    @Test func contextsThatAreTooDeepAreRefused() {
        var json = JSONValue.null
        for _ in 0..<300 { json = [json] }
        let context = TemplateContext(["x": json])
        #expect(throws: TemplateError.self) { try ChatTemplate("{{ x }}").render(context) }
    }

    @Test func limitsAreTheCallers() throws {
        var limits = TemplateLimits()
        limits.steps = 1000
        #expect(
            try error("{% for i in range(9999) %}{% endfor %}", limits: limits)?.reason == .tooManySteps(limit: 1000))
        limits = TemplateLimits()
        limits.outputByteCount = 10
        #expect(try error("{{ '12345678901' }}", limits: limits)?.reason == .outputTooLong(limit: 10))
        limits = TemplateLimits()
        limits.sourceByteCount = 3
        #expect(try error("1234", limits: limits)?.reason == .sourceTooLong(byteCount: 4, limit: 3))
        limits = TemplateLimits()
        limits.callDepth = 5
        let nested = "{% macro f(n) %}{{ f(n - 1) if n }}{% endmacro %}{{ f(%) }}"
        #expect(try error(nested.replacingOccurrences(of: "%)", with: "4)"), limits: limits) == nil)
        #expect(
            try error(nested.replacingOccurrences(of: "%)", with: "5)"), limits: limits)?.reason
                == .callsTooDeep(limit: 5))
    }

    @Test func renderingCanBeCancelled() throws {
        let template = try ChatTemplate("{% for i in range(9999) %}{% for i in range(9999) %}{% endfor %}{% endfor %}")
        var looks = 0
        #expect {
            try template.render(
                TemplateContext([:]),
                isCancelled: {
                    looks += 1
                    return looks == 3
                })
        } throws: {
            ($0 as? TemplateError)?.reason == .cancelled
        }
        #expect(looks == 3)
    }

    @Test func aCancelledTaskRendersNothingMore() async throws {
        let template = try ChatTemplate("{% for i in range(9999) %}{% for i in range(9999) %}{% endfor %}{% endfor %}")
        let task = Task { try template.render(TemplateContext([:])) }
        task.cancel()
        let result = await task.result
        #expect { try result.get() } throws: { ($0 as? TemplateError)?.reason == .cancelled }
    }
}

/// Runs `body` on a thread with a stack of 512 KB, and waits for it.
private func withSmallStack(_ body: @escaping @Sendable () -> Void) {
    let isDone = DispatchSemaphore(value: 0)
    let thread = Thread {
        body()
        isDone.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    isDone.wait()
}
