import ChatCommand
import Testing

@Suite struct EntryTests {
    @Test func textIsAMessage() {
        #expect(Entry("hello") == .message("hello"))
        #expect(Entry(" /help") == .message(" /help"))
        #expect(Entry("//help") == .message("/help"))
        #expect(Entry("/usr/bin/env is what?") == .message("/usr/bin/env is what?"))
    }

    @Test(
        arguments: [
            ("/help", Command.help), ("/?", .help), ("/clear", .clear), ("/new", .clear), ("/CLEAR", .clear),
            ("/system", .system(nil)), ("/system  Be brief. ", .system("Be brief.")), ("/system -", .system("")),
            ("/system one\ntwo", .system("one\ntwo")),
            ("/think", .think(nil)), ("/think off", .think(.off)), ("/think Hide", .think(.hide)),
            ("/set", .settings), ("/set top-k", .set(name: "top-k", value: nil)),
            ("/set top_k 5", .set(name: "top_k", value: "5")), ("/set temp=0.2", .set(name: "temp", value: "0.2")),
            ("/set temp = 0.2", .set(name: "temp", value: "0.2")),
            ("/tools", .tools), ("/regen", .regenerate), ("/undo", .undo), ("/edit", .edit),
            ("/save a b.json", .save("a b.json")), ("/load", .load(nil)), ("/load x", .load("x")),
            ("/read notes.txt", .read("notes.txt")), ("/stats", .statistics),
            ("/exit", .exit), ("/bye", .exit), ("/quit", .exit),
        ])
    func commands(_ text: String, _ command: Command) {
        #expect(Entry(text) == .command(command))
    }

    @Test(arguments: ["/hello", "/think maybe", "/read", "/ help"])
    func mistakesAreSaid(_ text: String) {
        guard case .mistake = Entry(text) else {
            Issue.record("\(text) was taken for \(Entry(text))")
            return
        }
    }

    @Test func commandsAreCompleted() {
        #expect(CommandCompletion.completions(of: "/re") == ["/read ", "/regen"])
        #expect(CommandCompletion.completions(of: "/cl") == ["/clear"])
        #expect(CommandCompletion.completions(of: "/think s") == ["/think show"])
        #expect(CommandCompletion.completions(of: "/set dry-b") == ["/set dry-base "])
        #expect(CommandCompletion.completions(of: "hello /re") == [])
        #expect(CommandCompletion.completions(of: "/stats x") == [])
    }
}
