/// The names of members, filters and tests that a template uses, each once. The tree has their places here, so that
/// what they mean is looked up once, when the template is compiled.
struct NameTables {
    private(set) var members = NameTable()
    private(set) var filters = NameTable()
    private(set) var tests = NameTable()

    mutating func place(ofMember name: String) -> Int { members.place(of: name) }
    mutating func place(ofFilter name: String) -> Int { filters.place(of: name) }
    mutating func place(ofTest name: String) -> Int { tests.place(of: name) }
}

struct NameTable {
    private(set) var names: [String] = []
    private var places: [String: Int] = [:]

    fileprivate mutating func place(of name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
