package lists

import "strings"

// Country returns the code by which this program knows a jurisdiction: the
// alpha-2 code of ISO 3166-1 for an alpha-3 one, in any case of letters; GR and
// GB for EL and UK, which the European Union writes. Any other code is returned
// in capitals: user-assigned ones (XA, XXB) and those of organisations (WHO,
// IOM) are nobody else's.
func Country(code string) string {
	code = strings.ToUpper(code)
	switch {
	case code == "EL":
		return "GR"
	case code == "UK":
		return "GB"
	case len(code) == 3 && !strings.Contains(code, " "):
		if i := strings.Index(iso3166, code+" "); i >= 2 {
			return iso3166[i-2 : i]
		}
	}
	return code
}

// Alpha3 returns the code of three letters of a jurisdiction ([Country]), or ""
// where ISO 3166-1 has none.
func Alpha3(code string) string {
	if len(code) == 2 {
		for i := 0; i+6 <= len(iso3166); i += 6 {
			if iso3166[i:i+2] == code {
				return iso3166[i+2 : i+5]
			}
		}
	}
	return ""
}

// isCode reports whether s has the form of a code: 2 to 10 capitals, digits and
// hyphens, a letter first.
func isCode(s string) bool { return len(s) <= 10 && isName(s) }

// isName is isCode for up to 32 characters, such as the name of a trust domain.
func isName(s string) bool {
	return len(s) >= 2 && len(s) <= 32 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == "" && s[0] >= 'A'
}

// Jurisdiction is [Country] for what a list or a certificate states, or "" for
// what is no code at all.
func Jurisdiction(stated string) string {
	if c := Country(stated); isCode(c) {
		return c
	}
	return ""
}

// TestCode reports whether a code stands for no real jurisdiction: the
// user-assigned XA to XZ but Kosovo's XK, and the participants of WHO's network
// that are made up (XXA to XXZ, XCL, XML). Keys of these are demo keys wherever
// they are listed.
func TestCode(code string) bool {
	switch len(code) {
	case 2:
		return code[0] == 'X' && code != "XK"
	case 3:
		return code[:2] == "XX" || code == "XCL" || code == "XML"
	}
	return false
}

// iso3166 has the 249 officially assigned codes of ISO 3166-1, each alpha-2
// followed by its alpha-3 and a space.
const iso3166 = "" +
	"ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB " +
	"BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR " +
	"BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR " +
	"CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK " +
	"FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS " +
	"GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN " +
	"ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO " +
	"LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD " +
	"MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER " +
	"NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM " +
	"PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP " +
	"SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF " +
	"TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY " +
	"UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE "
