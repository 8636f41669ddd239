/**
 * Name and place data for generated people: invented combinations, not real persons. Names that are not written in Latin
 * letters carry a romanised form (`明|Akira`) for the mail address.
 */

/** Where a person works and how names and numbers look there. */
export interface Locale {
  readonly language: string;
  readonly country: string;
  readonly city: string;
  readonly street: string;
  readonly postalCode: string;
  readonly phone: string;
  readonly given: readonly string[];
  readonly family: readonly string[];
}

const words = (text: string): readonly string[] => text.split(',').map((word) => word.trim());

/** The offices of the invented company. */
export const LOCALES: readonly Locale[] = [
  {
    language: 'en-GB',
    country: 'GB',
    city: 'London',
    street: 'Quayside Road',
    postalCode: 'E1 4AB',
    phone: '+44 20 7946',
    given: words('Amelia,Oliver,Isla,Harry,Priya,Callum,Freya,Rhys,Zara,Ewan,Niamh,Toby'),
    family: words("Walker,O'Brien,Hughes,Patel,Fraser,Wright,McAllister,Shaw,D'Arcy,Bennett,Okafor,Lloyd-Jones"),
  },
  {
    language: 'da-DK',
    country: 'DK',
    city: 'København',
    street: 'Havnegade',
    postalCode: '1058',
    phone: '+45 32 10',
    given: words('Søren,Mette,Jørgen,Astrid,Kåre,Freja,Rasmus,Signe,Bjørn,Ane'),
    family: words('Sørensen,Østergaard,Nygård,Kjær,Holm,Møller,Lund,Bæk,Thygesen,Dahl'),
  },
  {
    language: 'de-DE',
    country: 'DE',
    city: 'München',
    street: 'Königsplatz',
    postalCode: '80333',
    phone: '+49 89 5550',
    given: words('Jürgen,Käthe,Lukas,Heike,Björn,Anja,Matthias,Ursula,Felix,Annegret'),
    family: words('Müller,Weiß,Schäfer,Köhler,von der Heide,Groß,Jäger,Brandt,Vogel,Kühn'),
  },
  {
    language: 'fr-FR',
    country: 'FR',
    city: 'Lyon',
    street: 'Quai de Saône',
    postalCode: '69002',
    phone: '+33 4 99 00',
    given: words('Zoé,François,Hélène,Jean-Noël,Maëlle,Étienne,Chloé,Loïc,Anaïs,Gaël'),
    family: words("Lefèvre,L'Hermitte,Garçon,Béranger,D'Aubigné,Moreau,Prévost,Château,Marçais,Noël"),
  },
  {
    language: 'pl-PL',
    country: 'PL',
    city: 'Łódź',
    street: 'Piotrkowska',
    postalCode: '90-001',
    phone: '+48 42 555',
    given: words('Łukasz,Małgorzata,Paweł,Żaneta,Stanisław,Agnieszka,Grażyna,Józef,Zdzisław,Kinga'),
    family: words('Wójcik,Dąbrowska,Kamiński,Żak,Błaszczyk,Gołębiewski,Zając,Świątek,Król,Łaska'),
  },
  {
    language: 'es-ES',
    country: 'ES',
    city: 'Málaga',
    street: 'Calle Larios',
    postalCode: '29005',
    phone: '+34 952 55',
    given: words('Íñigo,Begoña,Álvaro,Lucía,José María,Ángela,Nuño,Inés,Óscar,Rocío'),
    family: words('Núñez,García,Peña Ortega,Muñoz,Ibáñez,Castaño,Cigüeña,Vázquez,Márquez,Bermúdez'),
  },
  {
    language: 'tr-TR',
    country: 'TR',
    city: 'İzmir',
    street: 'Kordon Caddesi',
    postalCode: '35210',
    phone: '+90 232 555',
    given: words('Çağla,Işıl,Ömer,Şule,İbrahim,Gökçe,Uğur,Ayşe,Tuğba,Barış'),
    family: words('Yılmaz,Öztürk,Şahin,Çelik,Güneş,Ağaoğlu,Işık,Doğan,Kılıç,Başar'),
  },
  {
    language: 'ja-JP',
    country: 'JP',
    city: '大阪',
    street: '北浜',
    postalCode: '541-0041',
    phone: '+81 6 5550',
    given: words('明|Akira,由美|Yumi,健太|Kenta,さくら|Sakura,直樹|Naoki,恵|Megumi,大輔|Daisuke,葵|Aoi'),
    family: words('佐藤|Sato,高橋|Takahashi,渡辺|Watanabe,山本|Yamamoto,小林|Kobayashi,加藤|Kato,林|Hayashi'),
  },
  {
    language: 'el-GR',
    country: 'GR',
    city: 'Θεσσαλονίκη',
    street: 'Λεωφόρος Νίκης',
    postalCode: '546 22',
    phone: '+30 231 055',
    given: words('Ελένη|Eleni,Γιώργος|Giorgos,Δήμητρα|Dimitra,Νίκος|Nikos,Σοφία|Sofia,Χρήστος|Christos'),
    family: words('Παπαδοπούλου|Papadopoulou,Νικολάου|Nikolaou,Ιωάννου|Ioannou,Γεωργίου|Georgiou,Βλάχος|Vlachos'),
  },
  {
    language: 'uk-UA',
    country: 'UA',
    city: 'Львів',
    street: 'вулиця Франка',
    postalCode: '79005',
    phone: '+380 32 555',
    given: words('Оксана|Oksana,Андрій|Andrii,Їва|Yiva,Соломія|Solomiia,Тарас|Taras,Ірина|Iryna'),
    family: words("Шевченко|Shevchenko,Мар'яненко|Marianenko,Ковальчук|Kovalchuk,Бойко|Boiko,Лисенко|Lysenko"),
  },
  {
    language: 'ar-EG',
    country: 'EG',
    city: 'الإسكندرية',
    street: 'طريق الكورنيش',
    postalCode: '21500',
    phone: '+20 3 555',
    given: words('محمد|Mohamed,فاطمة|Fatma,أحمد|Ahmed,ليلى|Layla,يوسف|Youssef,نور|Nour'),
    family: words('حسن|Hassan,عبد الله|Abdallah,منصور|Mansour,السيد|Elsayed,إبراهيم|Ibrahim'),
  },
  {
    language: 'vi-VN',
    country: 'VN',
    city: 'Đà Nẵng',
    street: 'Bạch Đằng',
    postalCode: '550000',
    phone: '+84 236 555',
    given: words('Thị Hương,Minh Đức,Quốc Việt,Thùy Dương,Ngọc Ánh,Văn Hậu'),
    family: words('Nguyễn,Trần,Lê,Phạm,Đặng,Vũ'),
  },
];

/** Departments and what people in them are called below the level of a manager. */
export const DEPARTMENTS: readonly { readonly name: string; readonly division: string; readonly job: string }[] = [
  { name: 'Engineering', division: 'Product', job: 'Software Engineer' },
  { name: 'Sales', division: 'Commercial', job: 'Account Executive' },
  { name: 'Customer Support', division: 'Operations', job: 'Support Specialist' },
  { name: 'Finance', division: 'Corporate', job: 'Accountant' },
  { name: 'People & Culture', division: 'Corporate', job: 'HR Partner' },
  { name: 'Marketing', division: 'Commercial', job: 'Content Marketer' },
  { name: 'Product Management', division: 'Product', job: 'Product Manager' },
  { name: 'IT Operations', division: 'Operations', job: 'Systems Administrator' },
  { name: 'Legal', division: 'Corporate', job: 'Counsel' },
  { name: 'Research', division: 'Product', job: 'Research Scientist' },
  { name: 'Procurement', division: 'Operations', job: 'Buyer' },
  { name: 'Facilities', division: 'Operations', job: 'Facilities Coordinator' },
];

const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  þ: 'th',
  œ: 'oe',
};

/** The name as displayed: the part before `|`. */
export function nativeName(word: string): string {
  return word.split('|')[0] ?? word;
}

/** The name in plain lower-case ASCII letters, as it appears in an address. */
export function asciiName(word: string): string {
  const latin = word.split('|')[1] ?? word;
  return latin
    .toLowerCase()
    .replace(/[ßøæłđıþœ]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}
