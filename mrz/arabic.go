package mrz

import "strings"

// arabicRule gives the ways to write a letter of the Arabic script: Doc
// 9303-3, 6.C and Appendix B first, then the same without the escape letter X
// (p), then the usual transcriptions. Those vary much more than a table can
// say; the vowels that the script does not write are no business of this table.
func arabicRule(g glyph, end bool) string {
	switch g.base {
	case 'ء':
		return "XE p:E -:0 -:A"
	case 'ا':
		switch {
		case g.has(maddaAbove):
			return "XAA p:AA -:A"
		case g.has(hamzaAbove):
			return "XAE p:AE -:A -:O -:U -:E -:I"
		case g.has(hamzaBelow):
			return "I -:E -:A"
		}
		return "A -:AA -:E -:I -:O -:U"
	case 'ٱ':
		return "XXA p:A"
	case 'ب':
		return "B"
	case 'ة':
		if end {
			return "XAH p:AH -:A -:AT -:H -:T -:E -:EH"
		}
		return "XTA p:TA -:T -:AT"
	case 'ت':
		return "T"
	case 'ث':
		return "XTH p:TH -:T -:S"
	case 'ج':
		return "J -:G -:DJ"
	case 'ح':
		return "XH p:H"
	case 'خ':
		return "XKH p:KH -:H"
	case 'د':
		return "D"
	case 'ذ':
		return "XDH p:DH -:D -:Z -:TH"
	case 'ر':
		return "R"
	case 'ز':
		return "Z"
	case 'س':
		return "S"
	case 'ش':
		return "XSH p:SH -:CH"
	case 'ص':
		return "XSS p:SS -:S"
	case 'ض':
		return "XDZ p:DZ -:D -:DH -:Z"
	case 'ط':
		return "XTT p:TT -:T"
	case 'ظ':
		return "XZZ p:ZZ -:Z -:DH -:TH"
	case 'ع':
		return "E -:0 -:A -:AA -:I -:O -:U"
	case 'غ':
		return "G -:GH"
	case 'ف':
		return "F -:PH"
	case 'ق':
		return "Q -:K -:G -:C"
	case 'ك':
		return "K -:C"
	case 'ل':
		return "L"
	case 'م':
		return "M"
	case 'ن':
		return "N"
	case 'ه':
		return "H -:0"
	case 'و':
		if g.has(hamzaAbove) {
			return "U -:W -:O -:OU"
		}
		return "W -:U -:OU -:O -:OO -:V -:AW -:AU"
	case 'ى':
		return "XAY p:AY -:A -:Y -:I -:E"
	case 'ي':
		if g.has(hamzaAbove) {
			return "XI p:I -:Y -:E"
		}
		return "Y -:I -:EE -:AY -:AI -:EI -:EY -:IY -:E"
	case 'ٹ':
		return "XXT p:T"
	case 'ټ':
		return "XRT p:T"
	case 'پ':
		return "P"
	case 'ځ':
		return "XKE"
	case 'څ':
		return "XXH"
	case 'چ':
		return "XC p:C -:CH"
	case 'ڈ':
		return "XXD p:D"
	case 'ډ':
		return "XDR p:D"
	case 'ڑ':
		return "XXR p:R"
	case 'ړ':
		return "XRR p:R"
	case 'ږ':
		return "XRX"
	case 'ژ':
		return "XJ p:J -:ZH"
	case 'ښ':
		return "XXS"
	case 'ڜ', 'ڢ', 'ڧ', 'ڨ': // not encoded
		return "0"
	case 'ڤ':
		return "V"
	case 'ڥ':
		return "XF p:F"
	case 'ک':
		return "XKK p:K"
	case 'ګ':
		return "XXK p:G"
	case 'ڭ':
		return "XNG p:NG"
	case 'گ':
		return "XGG p:G"
	case 'ں':
		return "XNN p:N"
	case 'ڼ':
		return "XXN p:N"
	case 'ھ':
		return "XDO -:H"
	case 'ە': // not in Doc 9303, but ۀ is made of it
		if g.has(hamzaAbove) {
			return "XYH -:H"
		}
		return "H -:E -:A"
	case 'ہ':
		if g.has(hamzaAbove) {
			return "XGE -:H"
		}
		return "XXG -:H -:0"
	case 'ۃ':
		return "XTG -:T -:AT -:A"
	case 'ی':
		return "XYA p:Y -:XAY -:I -:EE -:AY -:AI -:E"
	case 'ۍ':
		return "XXY p:Y"
	case 'ې':
		return "Y -:E -:I"
	case 'ے':
		if g.has(hamzaAbove) {
			return "XBE -:E"
		}
		return "XYB -:Y -:E -:AY"
	}
	return ""
}

// arabicArticle gives the ways to write the article at the head of a word, by
// the consonant that follows: sun letters are assimilated in speech only.
func arabicArticle(next rune) string {
	s := "-:EL -:UL"
	if i := strings.IndexRune("تثدذرزسشصضطظلن", next); i >= 0 {
		c := []string{"T", "TH", "D", "DH", "R", "Z", "S", "SH", "S", "D", "T", "Z", "L", "N"}[i/2]
		s += " -:A" + c + " -:E" + c
	}
	return s
}

// families lists transcriptions of frequent Arabic names, one name a line. It
// is closed: names outside are linked by no such rule. Doc 9303-3, Appendix
// B.2.1 gives the first line's; the others are common knowledge. Names whose
// transcriptions overlap with another name's (RASHID) are left out.
const families = `
محمد MUHAMMAD MOHAMMAD MOHAMAD MUHAMAD MOHAMED MOHAMMED MOHEMMED MUHEMMED MUHAMED MUHAMMED MOUHAMMED MOOHAMMED MOOHAMMAD MOOHAMAD MOHAMMAT MUHAMMET
أحمد احمد AHMAD AHMED
محمود MAHMUD MAHMOUD MAHMOOD
حسن HASAN
حسين HUSSEIN HUSSAIN HUSAYN HUSAIN HUSEIN HOUSSEIN HOSSEIN HOSSAIN
يوسف YUSUF YUSSUF YOUSEF YOUSSEF YOUSUF YOUSSOUF YOUCEF YUSEF
يعقوب YAQUB YAQOUB YAKUB YACOUB
إبراهيم ابراهيم IBRAHIM EBRAHIM IBRAHEEM
إسماعيل اسماعيل ISMAIL ESMAIL ISMAEEL ISMAEL
إسحاق اسحاق ISHAQ ISHAK ESHAQ
مصطفى مصطفي MUSTAFA MOSTAFA MOUSTAFA MUSTAPHA MOUSTAPHA
عثمان UTHMAN OTHMAN OSMAN OUSMANE
عمر UMAR OMAR OUMAR
عبدالله ABDULLAH ABDALLAH ABDOULLAH ABDALLA ABDULLA
سعيد SAEED SAEID
صالح SALIH SALEH
سليمان SULAYMAN SULEIMAN SULAIMAN SOLEIMAN SOULEIMAN SOLIMAN
جمال JAMAL GAMAL DJAMAL
كريم KARIM KAREEM
خالد KHALID KHALED
طارق TARIQ TAREQ TAREK TARIK
جعفر JAFAR JAAFAR DJAFAR GAAFAR
قاسم QASIM QASEM KASSEM KASIM KASEM
أيمن ايمن AYMAN AIMAN
ياسين YASIN YASSIN YASSINE YASEEN YACINE
حمزة HAMZA HAMZAH HAMZEH
فاطمة FATIMA FATIMAH FATEMA FATEMEH
عائشة AISHA AYESHA AISHAH AICHA AYSHA
خديجة KHADIJA KHADIJAH KHADEEJA KHADIDJA
مريم MARYAM MARIAM MERYEM MARYEM
زينب ZAYNAB ZAINAB ZEINAB ZEYNAB
ليلى LAYLA LEILA LAILA LEYLA
أمينة امينة AMINA AMINAH AMEENA
`

// arabicName finds a transcription in the list and gives the place of its
// line, 0 if it is in none.
func arabicName(w string) int {
	if len(w) < 4 {
		return 0
	}
	for from := 0; ; {
		i := strings.Index(families[from:], w)
		if i < 0 {
			return 0
		}
		i += from
		from = i + len(w)
		if families[i-1] <= ' ' && families[from] <= ' ' {
			return strings.LastIndexByte(families[:i], '\n') + 1
		}
	}
}
