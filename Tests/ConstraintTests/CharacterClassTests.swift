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
}
