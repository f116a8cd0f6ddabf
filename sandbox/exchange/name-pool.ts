/** What generated contacts are made of. `latin` stands in mail addresses. */
export const NAMES: readonly {
  readonly latin: string;
  readonly given: readonly string[];
  readonly surnames: readonly string[];
}[] = [
  {
    latin: 'anna',
    given: ['Anna', 'Jürgen', 'Søren', 'Zoë', 'Björn', 'Maëlle', 'Łukasz', 'Ágnes', 'Øyvind', 'Renée'],
    surnames: [
      'Müller',
      'Groß',
      'Nørgaard',
      "O'Brien",
      'Dvořák',
      'Kowalczyk',
      'Þórsson',
      'von der Heide',
      'Núñez',
    ],
  },
  {
    latin: 'james',
    given: ['James', 'Mary Ann', 'Olivia', 'Noah', 'Grace', 'Liam', 'Jean-Luc', 'Ava', 'Priya', 'Kofi'],
    surnames: [
      'Smith',
      'Jones',
      'Taylor',
      'Smith-Barrow',
      'McDonald',
      'Patel',
      'Mensah',
      'De Luca',
      'Fitzgerald',
    ],
  },
  {
    latin: 'ivan',
    given: ['Иван', 'Ольга', 'Сергій', 'Наталья', 'Димитър', 'Катерина'],
    surnames: ['Иванов', 'Шевченко', 'Кузнецова', 'Петрова', 'Стоянов'],
  },
  {
    latin: 'eleni',
    given: ['Ελένη', 'Γιώργος', 'Νίκος', 'Σοφία'],
    surnames: ['Παπαδόπουλος', 'Γεωργίου', 'Νικολάου'],
  },
  { latin: 'wei', given: ['伟', '芳', '秀英', '小龙'], surnames: ['王', '李', '张', '欧阳'] },
  { latin: 'haruka', given: ['陽菜', '翔太', 'さくら', '健'], surnames: ['佐藤', '鈴木', '髙橋', '渡邊'] },
  { latin: 'minjun', given: ['민준', '서연', '지우'], surnames: ['김', '이', '박', '최'] },
  { latin: 'layla', given: ['ليلى', 'محمد', 'فاطمة', 'عمر'], surnames: ['الخطيب', 'حداد', 'بن علي'] },
  { latin: 'noa', given: ['נועה', 'דוד', 'יעל'], surnames: ['כהן', 'לוי', 'מזרחי'] },
  { latin: 'arjun', given: ['अर्जुन', 'दीपा', 'राहुल'], surnames: ['शर्मा', 'गुप्ता', 'वर्मा'] },
];

export const COMPANIES: readonly { readonly name: string; readonly domain: string }[] = [
  { name: 'Grün & Söhne GmbH', domain: 'gruen.example' },
  { name: 'Contoso Ltd', domain: 'contoso.example' },
  { name: 'Boulangerie « Chez Léa »', domain: 'chez-lea.example' },
  { name: 'Northwind Traders', domain: 'northwind.example' },
  { name: '株式会社さくら', domain: 'sakura.example' },
  { name: 'ООО «Север»', domain: 'sever.example' },
  { name: 'Fabrikam <Systems>', domain: 'fabrikam.example' },
  { name: 'Tailspin Toys, Inc.', domain: 'tailspin.example' },
];

export const CITIES: readonly {
  readonly name: string;
  readonly country: string;
  readonly prefix: string;
  readonly streets: readonly string[];
}[] = [
  {
    name: 'Köln',
    country: 'Germany',
    prefix: '+49 221',
    streets: ['Aachener Straße', 'Domstraße', 'Am Hof'],
  },
  { name: 'London', country: 'United Kingdom', prefix: '+44 20', streets: ['High Street', 'Baker Street'] },
  { name: 'Paris', country: 'France', prefix: '+33 1', streets: ['Rue de l’Église', 'Avenue Foch'] },
  { name: '東京', country: '日本', prefix: '+81 3', streets: ['千代田区丸の内', '渋谷区神南'] },
  { name: 'São Paulo', country: 'Brasil', prefix: '+55 11', streets: ['Rua Augusta', 'Avenida Paulista'] },
  {
    name: 'Київ',
    country: 'Україна',
    prefix: '+380 44',
    streets: ['вулиця Хрещатик', 'вулиця Володимирська'],
  },
  { name: 'New York', country: 'United States', prefix: '+1 212', streets: ['Fifth Avenue', 'Wall Street'] },
];

export const JOBS: readonly string[] = [
  ...[
    'Engineer',
    'Ingénieur',
    'Geschäftsführerin',
    'Head of Sales',
    'Accountant',
    'CTO',
    'Buyer',
    'Consultant',
  ],
  ...['Directora de compras', '営業部長', 'Инженер', 'Office manager'],
];

export const NOTES: readonly string[] = [
  'Met at the trade fair; wants a quote for 40 seats.',
  'Bitte nur vormittags anrufen.',
  'Prefers mail over phone. Knows <our> product & the old one.',
  'Contract renewal in March.',
  'Ne pas appeler le vendredi.',
  'Has two dogs 🐕🐕 and no time.',
];
