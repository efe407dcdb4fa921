import Constraint
import Testing

@Suite struct CharacterClassTests {
    @Test func rangesAreSortedAndJoined() {
        let letters = CharacterClass([0x62...0x63, 0x61...0x61, 0x65...0x66])
        #expect(letters.ranges == [0x61...0x63, 0x65...0x66])
    }

    @Test func surrogatesAreLeftOut() {
        #expect(CharacterClass.all.ranges == [0...0xD7FF, 0xE000...0x10FFFF])
        #expect(CharacterClass([0xD800...0xDFFF]).isEmpty)
    }

    @Test func aClassAndItsInverseAreEverything() {
        let vowels = CharacterClass("a", "e", "i", "o", "u")
        #expect(vowels.union(vowels.inverted) == .all)
        #expect(vowels.intersection(vowels.inverted).isEmpty)
        #expect(vowels.inverted.contains("b") && !vowels.inverted.contains("e"))
        #expect(CharacterClass.all.contains(vowels) && !vowels.contains(.all))
        #expect(
            CharacterClass("a"..."z").subtracting(vowels).intersection(CharacterClass("a"..."f"))
                == CharacterClass("b", "c", "d", "f"))
    }

    @Test func anIntersectionIsWhatBothHave() {
        let classes = [
            CharacterClass([0...5, 7...9, 20...20]), CharacterClass([0...2, 4...8, 10...30]), .all, .none,
            CharacterClass([3...3, 9...9, 0xD7FF...0xE000]), CharacterClass([5...7, 0xD000...0xDFFF]),
        ]
        for a in classes {
            for b in classes {
                #expect(a.intersection(b) == a.inverted.union(b.inverted).inverted)
                #expect(a.intersection(b) == b.intersection(a))
            }
        }
    }
}
